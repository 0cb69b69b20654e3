import { describe, expect, it } from 'vitest';
import { now } from '../clock.ts';
import { CUSTOMER, NUMBER, OTHER_NUMBER, simulate } from '../test-support.ts';
import type { Answer } from '../test-support.ts';

/** How often each code came; 0 = accepted. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const codes = answers.map((each) => each.body.error?.code ?? 0);
  return Object.fromEntries([...Map.groupBy(codes, String)].map(([k, v]) => [k, v.length]));
}

const to = (index: number) => ({ to: `+3462200${String(index).padStart(4, '0')}` });

describe('throughput', () => {
  it('refuses what exceeds a number’s messages a second, and leaves other numbers alone', async () => {
    // The limit is generous in time: all of these are sent well within a second.
    const { send, control } = await simulate({ throughput: { enabled: true, mps: 5 } });

    const first = await Promise.all(Array.from({ length: 8 }, (_, index) => send(to(index))));
    const other = await Promise.all(
      Array.from({ length: 5 }, (_, index) => send(to(index), OTHER_NUMBER)),
    );

    expect(tally(first)).toEqual({ 0: 5, 130429: 3 });
    expect(tally(other)).toEqual({ 0: 5 });
    expect((await control.counts()).maxPerSecond).toEqual({ [NUMBER]: 5, [OTHER_NUMBER]: 5 });
  });

  it('follows the number’s own limit', async () => {
    const { send, call, control } = await simulate({ throughput: { enabled: true, mps: 1 } });
    await control.putNumber(NUMBER, { mps: 1_000 });

    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => send(to(index))));

    expect(tally(answers)).toEqual({ 0: 20 });
    expect((await call('GET', `/${NUMBER}`)).body.throughput).toEqual({ level: 'HIGH' });
  });
});

describe('the pair limit', () => {
  it('lets a burst of 45 through to one user, and others at any time', async () => {
    const { send } = await simulate({ pairLimit: { enabled: true } });

    const burst = await Promise.all(Array.from({ length: 50 }, () => send()));

    expect(tally(burst)).toEqual({ 0: 45, 131056: 5 });
    expect(tally([await send(to(1)), await send({}, OTHER_NUMBER)])).toEqual({ 0: 2 });
  });
});

describe('the 24-hour window', () => {
  const window = { enforceWindow: true };
  const template = { name: 'hello_world', language: { code: 'en_US' } };
  const hoursAgo = (hours: number) => Math.floor(now() / 1_000 - hours * 3_600);

  it('is closed until the customer writes to that very number; templates need none', async () => {
    const { send, control } = await simulate(window);
    expect((await send()).body.error?.code).toBe(131047);
    expect((await send({ type: 'template', template })).status).toBe(200);

    await control.customerSends(CUSTOMER, { messages: [{ type: 'text', text: 'Hola' }] });

    expect((await send()).status).toBe(200);
    expect((await send({}, OTHER_NUMBER)).body.error?.code).toBe(131047);
  });

  it.each([
    [23, 0],
    [25, 131047],
  ])('%i hours after the customer’s last message → %i', async (hours, expected) => {
    const { send, control } = await simulate(window);
    const timestamp = hoursAgo(hours);
    await control.customerSends(CUSTOMER, { messages: [{ type: 'text', text: 'Hi', timestamp }] });
    expect((await send()).body.error?.code ?? 0).toBe(expected);
  });

  it('opens for a customer who shows only a user id', async () => {
    const { send, control } = await simulate(window);
    await control.customerSends(CUSTOMER, {
      bsuid: 'ES.777',
      hidePhone: true,
      messages: [{ type: 'text', text: 'Hola' }],
    });
    expect((await send({ to: undefined, recipient: 'ES.777' })).status).toBe(200);
  });
});
