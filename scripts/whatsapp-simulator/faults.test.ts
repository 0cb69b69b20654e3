import { describe, expect, it } from 'vitest';
import { FaultBox } from './faults.ts';
import { seeded } from './random.ts';
import { CUSTOMER, OTHER_NUMBER, simulate, startWebhook, updates } from './test-support.ts';
import type { FaultSpec } from './types.ts';

describe('which calls a fault hits', () => {
  const subject = {
    operation: 'send',
    phoneNumberId: '1',
    recipient: '34',
    callbackData: 'm',
  } as const;
  const hits = (fault: FaultSpec, calls = 1, seed = 1) => {
    const box = new FaultBox(seeded(seed));
    box.add([fault]);
    return Array.from({ length: calls }, () => box.take(fault.kind, subject)).filter(Boolean)
      .length;
  };

  it.each<[string, FaultSpec['match'], number]>([
    ['every send', undefined, 1],
    ['those of a number', { phoneNumberId: '1' }, 1],
    ['not those of another number', { phoneNumberId: '2' }, 0],
    ['those to a recipient', { recipient: '34' }, 1],
    ['not those to another one', { phoneNumberId: '1', recipient: '35' }, 0],
    ['those with some callback data', { callbackData: 'm' }, 1],
    ['not other operations', { operation: 'media' }, 0],
  ])('%s', (_, match, expected) => {
    expect(hits({ kind: 'cut_before', ...(match && { match }) })).toBe(expected);
  });

  it('only so many times', () => {
    expect(hits({ kind: 'cut_before', times: 3 }, 10)).toBe(3);
  });

  it('a share of them, the same ones for the same seed (1)', () => {
    const count = hits({ kind: 'cut_before', rate: 0.3 }, 1_000, 1);
    expect(count).toBeGreaterThan(250);
    expect(count).toBeLessThan(350);
    expect(hits({ kind: 'cut_before', rate: 0.3 }, 1_000, 1)).toBe(count);
  });
});

describe('faults of calls', () => {
  it('reject with any code', async () => {
    const { send, control } = await simulate();
    await control.setFaults({ kind: 'reject', code: 131057, times: 1 });

    expect(await send()).toMatchObject({ status: 500, body: { error: { code: 131057 } } });
    expect((await send()).status).toBe(200);
    expect(await control.stats()).toMatchObject({ accepted: 1, rejectedByCode: { 131057: 1 } });
  });

  it('answer a bare error that is no JSON', async () => {
    const { send, control } = await simulate();
    await control.setFaults({ kind: 'http_error', status: 502 });

    await expect(send()).rejects.toThrow(/not valid JSON/);
    expect(await control.stats()).toMatchObject({ accepted: 0, httpErrors: 1 });
  });

  it('cut the connection before anything is accepted', async () => {
    const { send, control } = await simulate();
    await control.setFaults({ kind: 'cut_before' });

    await expect(send()).rejects.toThrow(/fetch failed/);
    expect(await control.stats()).toMatchObject({ accepted: 0, cutBefore: 1 });
  });

  it('cut it after the message was accepted, whose statuses still come', async () => {
    const { url: webhookUrl, received } = await startWebhook();
    const { send, control } = await simulate({ webhookUrl });
    await control.setFaults({ kind: 'cut_after' });

    await expect(send({ biz_opaque_callback_data: 'm1' })).rejects.toThrow(/fetch failed/);
    const stats = await control.idle();

    expect(stats).toMatchObject({ accepted: 1, cutAfter: 1 });
    expect((await control.sends({ callbackData: 'm1' })).data).toHaveLength(1);
    expect(updates(received, 'statuses')).toHaveLength(3);
  });

  it('hold the answer back', async () => {
    const { send, control } = await simulate();
    await control.setFaults({ kind: 'latency', ms: 60, times: 1 });
    const started = performance.now();
    await send();
    expect(performance.now() - started).toBeGreaterThan(55);
  });

  it('spare the numbers and operations that they do not name', async () => {
    const { send, call, control } = await simulate();
    await control.setFaults([
      { kind: 'reject', code: 131000, match: { phoneNumberId: OTHER_NUMBER } },
      { kind: 'reject', code: 4, match: { operation: 'info' } },
    ]);
    expect((await send()).status).toBe(200);
    expect((await send({}, OTHER_NUMBER)).body.error?.code).toBe(131000);
    expect((await call('GET', '/me')).body.error?.code).toBe(4);
  });
});

describe('faults of webhooks', () => {
  async function statusesUnder(faults: FaultSpec[], sends = 1) {
    const { url: webhookUrl, received } = await startWebhook();
    // One POST at a time, so that only faults can change the order.
    const { send, control } = await simulate({ webhookUrl, webhooks: { maxInFlight: 1 } });
    await control.setFaults(faults);
    for (let index = 0; index < sends; index++)
      await send({ biz_opaque_callback_data: `${index}` });
    const stats = await control.idle();
    const statuses = updates(received, 'statuses');
    return { stats, statuses, names: statuses.map((each) => each.status) };
  }

  it('make a message fail later', async () => {
    const { statuses } = await statusesUnder([{ kind: 'fail', code: 131050 }]);
    expect(statuses).toMatchObject([{ status: 'failed', errors: [{ code: 131050 }] }]);
  });

  it('swallow a status', async () => {
    const match = { status: 'delivered', recipient: CUSTOMER };
    const { names, stats } = await statusesUnder([{ kind: 'webhook_drop', match }]);
    expect(names).toEqual(['sent', 'read']);
    expect(stats.webhooks).toMatchObject({ updates: 2, dropped: 1 });
  });

  it('duplicate', async () => {
    const { names, stats } = await statusesUnder([{ kind: 'webhook_duplicate', copies: 2 }]);
    expect(names.toSorted()).toEqual([
      ...Array<string>(3).fill('delivered'),
      ...Array<string>(3).fill('read'),
      ...Array<string>(3).fill('sent'),
    ]);
    expect(stats.webhooks.duplicated).toBe(6);
  });

  it('delay one status behind the others', async () => {
    const { names } = await statusesUnder([
      { kind: 'webhook_delay', ms: 200, match: { status: 'sent' } },
    ]);
    expect(names).toEqual(['delivered', 'read', 'sent']);
  });

  it.each<[string, FaultSpec[], boolean]>([
    ['reorder', [{ kind: 'webhook_reorder' }], false],
    ['are needed for another order', [], true],
  ])('%s', async (_, faults, inOrder) => {
    const { statuses } = await statusesUnder(faults, 20);
    const sent = statuses.filter((each) => each.status === 'sent');
    const order = sent.map((each) => Number(each.biz_opaque_callback_data));
    const sorted = Array.from({ length: 20 }, (_, index) => index);
    expect(order.toSorted((a, b) => a - b)).toEqual(sorted);
    expect(order.join() === sorted.join()).toBe(inOrder);
  });
});

describe('the list of faults', () => {
  it('grows, is replaced and is cleared', async () => {
    const { control } = await simulate();
    const kinds = async () => (await control.faults()).faults.map((each) => each.kind);

    await control.addFaults({ kind: 'cut_before' });
    await control.addFaults({ kind: 'cut_after' });
    expect(await kinds()).toEqual(['cut_before', 'cut_after']);
    await control.setFaults({ kind: 'latency', ms: 1 });
    expect(await kinds()).toEqual(['latency']);
    await control.clearFaults();
    expect(await kinds()).toEqual([]);
  });

  it('refuses what it does not know or cannot use', async () => {
    const { control } = await simulate();
    const unknown = { kind: 'earthquake' } as unknown as FaultSpec;
    const incomplete = { kind: 'latency' } as unknown as FaultSpec;
    await expect(control.setFaults(unknown)).rejects.toThrow(/no fault of kind earthquake/);
    await expect(control.setFaults(incomplete)).rejects.toThrow(/needs the number ms/);
  });
});
