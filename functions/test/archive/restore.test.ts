import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { archive } from '../../src/archive/run';
import { restore } from '../../src/archive/restore';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { billOf } from '../support/meter';
import { dieAfter } from '../support/dying';
import {
  archivedMessages,
  clearArchive,
  messagesOf,
  partitions,
  storedMessages,
  storeMessages,
  useArchive,
} from './world';

const root = useArchive('archive-restore');
const DAY_MS = 86_400_000;
const JANUARY = messagesOf('2026-01', 5, (n) => ({
  content: { text: { body: '{"a":1}\n\u2028 é 👍'.repeat(n) }, list: [null, 1.5, true, {}] },
}));
const FEBRUARY = messagesOf('2026-02', 2);

let at = 0;
let stopClock = (): void => undefined;
beforeEach(async () => {
  at = Date.parse('2026-05-01T03:30:00Z');
  stopClock = setClock(() => at);
  await clearArchive();
  await storeMessages({ ...JANUARY, ...FEBRUARY });
  await run();
});
afterEach(() => stopClock());

const run = () => archive('messages', at + 60_000, { days: 60 });
const refused = (work: Promise<unknown>, code: string, reason: string): Promise<void> =>
  expect(work).rejects.toMatchObject({ code, details: { reason } });

describe('a month that is restored', () => {
  it('is as it was, and no other one is', async () => {
    expect(await storedMessages()).toEqual({});
    const restored = await restore('messages', '2026-01');
    expect(restored).toEqual({
      ...{ partitions: ['messages_2026-01'], documents: 5, restored: 5 },
      keepUntil: at + 30 * DAY_MS,
    });
    const stored = await storedMessages();
    expect(stored).toEqual(JANUARY);
    // To the byte, not only to the value.
    const bytesOf = (all: Record<string, object>): string =>
      JSON.stringify(Object.entries(all).map(([id, data]) => [id, Object.entries(data).sort()]));
    expect(bytesOf(stored)).toBe(bytesOf(JANUARY));
    expect((await partitions())['messages_2026-02']).toMatchObject({ status: 'archived' });
  });

  it('stays for 30 days, then it is archived anew with what has changed since', async () => {
    await restore('messages', '2026-01');
    const [id] = Object.keys(JANUARY) as [string];
    await db().doc(`messages/${id}`).update({ revokedAt: 9 });
    const stored = await storedMessages();
    at += 29 * DAY_MS;
    expect(await run()).toMatchObject({ archived: [], isComplete: true });
    expect(await storedMessages()).toEqual(stored);

    at += 2 * DAY_MS;
    expect(await run()).toMatchObject({ archived: ['messages_2026-01_2'] });
    expect(await storedMessages()).toEqual({});
    expect(await archivedMessages()).toEqual({ ...stored, ...FEBRUARY });
    expect(Object.keys(await partitions())).toEqual(['messages_2026-01_2', 'messages_2026-02']);
  });

  it('leaves what is there as it is', async () => {
    const [id] = Object.keys(JANUARY) as [string];
    await db().doc(`messages/${id}`).set({ newer: true });
    expect(await restore('messages', '2026-01')).toMatchObject({ documents: 5, restored: 4 });
    expect(await storedMessages()).toEqual({ ...JANUARY, [id]: { newer: true } });
  });

  it('is the same when the restore dies after any of its writes, and is called again', async () => {
    let n = 1;
    const again = () => restore('messages', '2026-01');
    while (await dieAfter(n, again)) {
      const isDone = (await partitions())['messages_2026-01']?.status === 'restored';
      if (isDone) await refused(again(), 'not-found', 'restored');
      else await again();
      expect(await storedMessages(), `after ${n}`).toEqual(JANUARY);
      await clearArchive();
      await storeMessages({ ...JANUARY, ...FEBRUARY });
      await run();
      n++;
    }
    expect(n).toBeGreaterThan(4);
    expect(await storedMessages()).toEqual(JANUARY);
  });

  it('is the same when two restore it at once', async () => {
    await Promise.allSettled([1, 2, 3].map(() => restore('messages', '2026-01')));
    const status = (await partitions())['messages_2026-01']?.status;
    if (status !== 'restored') await restore('messages', '2026-01');
    expect(await storedMessages()).toEqual(JANUARY);
  });
});

describe('a restore', () => {
  it('tried without changing anything, checks the files and writes nothing', async () => {
    const before = await partitions();
    let tried: object = {};
    const bill = await billOf(async () => {
      tried = await restore('messages', '2026-01', { dryRun: true });
    });
    expect(tried).toMatchObject({ documents: 5, restored: 0, keepUntil: null });
    expect(bill).toMatchObject({ writes: 0, deletes: 0 });
    expect(await storedMessages()).toEqual({});
    expect(await partitions()).toEqual(before);
  });

  it('is refused where a file is torn, before anything is written', async () => {
    const path = (await partitions())['messages_2026-01']?.parts[0]?.path ?? '';
    truncateSync(join(root, path), 60);
    for (const dryRun of [true, false]) {
      const work = restore('messages', '2026-01', { dryRun });
      await expect(work).rejects.toThrow(`${path} is missing or not as it was written`);
      await refused(
        restore('messages', '2026-01', { dryRun }),
        'failed-precondition',
        'archive-damaged',
      );
    }
    expect(await storedMessages()).toEqual({});
    expect((await partitions())['messages_2026-01']).toMatchObject({ status: 'archived' });
  });

  it('of what is not archived, or is already restored, says so', async () => {
    await refused(restore('messages', '2025-07'), 'not-found', 'not-archived');
    await restore('messages', '2026-01');
    await refused(restore('messages', '2026-01'), 'not-found', 'restored');
  });

  it('waits for a month that is being archived', async () => {
    await db().doc('partition_metadata/messages_2026-01').update({ status: 'deleting' });
    await refused(restore('messages', '2026-01'), 'failed-precondition', 'being-archived');
  });
});
