import { appendFileSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SimulatorClient } from './client.ts';
import { CUSTOMER, graph, newJournal, NUMBER, simulate } from './test-support.ts';

/** Starts main.ts as a process of its own and waits for its line of JSON. */
async function spawnSimulator(journal: string) {
  const main = join(import.meta.dirname, 'main.ts');
  const flags = ['--port', '0', '--webhook', '', '--journal', journal, '--json'];
  const child = spawn(process.execPath, [main, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    const { url } = JSON.parse(line) as { url: string };
    return { child, url, control: new SimulatorClient(url), ...graph(url) };
  }
  throw new Error('The simulator ended before it said where it is.');
}

const template = {
  type: 'template',
  template: { name: 'hello_world', language: { code: 'en_US' } },
};

describe('the simulator as a process', () => {
  it('loses no accepted send when it is killed', async () => {
    const journal = newJournal();
    const first = await spawnSimulator(journal);
    await first.control.config({ throughput: { enabled: false } });
    let answered = 0;
    const sending = Array.from({ length: 8 }, async (_, worker) => {
      for (let index = 0; ; index++) {
        const to = `+346${worker}${String(index).padStart(7, '0')}`;
        if ((await first.send({ ...template, to })).status === 200) answered++;
        if (answered === 100) first.child.kill('SIGKILL');
      }
    });
    await Promise.allSettled(sending);

    const second = await spawnSimulator(journal);
    const { total, byRecipient, duplicates } = await second.control.counts();

    // What was accepted in the very moment of death may be more than what was answered.
    expect(total).toBeGreaterThanOrEqual(answered);
    expect(total).toBeLessThanOrEqual(answered + sending.length);
    expect(Object.keys(byRecipient)).toHaveLength(total);
    expect(duplicates).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('ends well on %s', async (signal) => {
    const { child } = await spawnSimulator(newJournal());
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('the journal', () => {
  it('holds one line for each accepted send, before the answer is there', async () => {
    const { send, journal } = await simulate();
    await send({ biz_opaque_callback_data: 'm1' });
    const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ seq: 1, recipient: CUSTOMER, callbackData: 'm1' }),
    ]);
  });

  it('goes on after a restart, without the torn line of a process that was killed', async () => {
    const journal = newJournal();
    const first = await simulate({}, journal);
    await first.send();
    appendFileSync(journal, '{"seq":2,"id":"wam');

    const second = await simulate({}, journal);
    await second.send();

    const { data } = await second.control.sends();
    expect(data.map((each) => each.seq)).toEqual([1, 2]);
    expect((await second.control.counts()).byRecipient).toEqual({ [CUSTOMER]: 2 });
  });
});

describe('looking at what was sent', () => {
  it('finds doubled callback data', async () => {
    const { send, control } = await simulate();
    for (const each of ['a', 'b', 'a']) await send({ biz_opaque_callback_data: each });
    expect((await control.counts()).duplicates).toEqual([{ callbackData: 'a', count: 2 }]);
  });

  it('goes page by page', async () => {
    const { send, control } = await simulate();
    for (let index = 0; index < 5; index++) await send();
    const pages: number[][] = [];
    let after: number | undefined = 0;
    while (after !== undefined) {
      const page = await control.sends({ recipient: CUSTOMER, limit: 2, after });
      pages.push(page.data.map((each) => each.seq));
      after = page.after;
    }
    expect(pages).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('the configuration', () => {
  it('changes in part, and comes back with a reset, as all the rest does', async () => {
    const { send, control, journal } = await simulate();
    await send();
    await control.setFaults({ kind: 'cut_before' });
    await control.putNumber(NUMBER, { status: 'DELETED' });
    const changed = await control.config({ statuses: { readShare: 0 }, undeliverable: ['1'] });
    expect(changed).toMatchObject({
      statuses: { readShare: 0, readMs: 100 },
      undeliverable: ['1'],
    });

    const fresh = await control.reset({ seed: 7 });

    expect(fresh).toMatchObject({ seed: 7, statuses: { readShare: 1 }, undeliverable: [] });
    expect(readFileSync(journal, 'utf8')).toBe('');
    expect((await send()).status).toBe(200);
    expect((await control.counts()).total).toBe(1);
  });

  it.each([
    [{ statuses: { readshare: 0 } }, /no setting statuses.readshare/],
    [{ seed: 'one' }, /seed must be of the same type/],
    [{ throughput: 80 }, /throughput is no object/],
  ])('refuses %j', async (patch, reason) => {
    const { control } = await simulate();
    await expect(control.config(patch as never)).rejects.toThrow(reason);
  });
});
