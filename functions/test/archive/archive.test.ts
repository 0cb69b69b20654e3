import { beforeEach, describe, expect, it } from 'vitest';
import { forecast } from '../../src/archive/plan';
import { costOf } from '../../src/archive/rules';
import { archive } from '../../src/archive/run';
import { threadInput } from '../../src/campaigns/schema';
import { thread } from '../../src/campaigns/thread';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { billOf } from '../support/meter';
import {
  archivedMessages,
  clearArchive,
  messagesOf,
  partitions,
  soon,
  storedMessages,
  storeMessages,
  useArchive,
} from './world';

useArchive('archive');
const DAYS = { days: 60 };
beforeEach(clearArchive);

describe('a month that is old enough', () => {
  it('goes into files, is checked, and leaves Firestore, exactly as it was', async () => {
    const january = messagesOf('2026-01', 700);
    const february = messagesOf('2026-02', 3);
    await storeMessages({ ...january, ...february });

    const run = await archive('messages', soon(), DAYS);
    expect(run).toMatchObject({
      archived: ['messages_2026-01', 'messages_2026-02'],
      ...{ left: 0, isComplete: true },
    });
    expect(await storedMessages()).toEqual({});
    expect(await archivedMessages('messages_2026-01')).toEqual(january);
    expect(await archivedMessages('messages_2026-02')).toEqual(february);
    expect((await partitions())['messages_2026-01']).toMatchObject({
      ...{ collection: 'messages', status: 'archived', count: 700 },
      ...{ from: Date.UTC(2026, 0), to: Date.UTC(2026, 1) },
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      createdAt: expect.any(Number) as number,
    });
  });

  it('is archived in parts of bounded size', async () => {
    await storeMessages(
      messagesOf('2026-01', 2_700, () => ({ content: { body: 'x'.repeat(3_000) } })),
    );
    await archive('messages', soon(), DAYS);
    const { 'messages_2026-01': record } = await partitions();
    expect(record?.parts.map(({ count }) => count)).toEqual([1_500, 1_200]);
    expect(Object.keys(await archivedMessages())).toHaveLength(2_700);
  });

  it('has a further partition for what came late', async () => {
    await storeMessages(messagesOf('2026-01', 2));
    await archive('messages', soon(), DAYS);
    const late = messagesOf('2026-01', 4);
    delete late['2026-01-00000'];
    await storeMessages(late);
    await archive('messages', soon(), DAYS);
    expect(Object.keys(await partitions())).toEqual(['messages_2026-01', 'messages_2026-01_2']);
    expect(await archivedMessages('messages_2026-01_2')).toEqual(late);
  });

  it('costs a read and a deletion a message and three writes a part: below $0.00042 for 1,000', async () => {
    await storeMessages(messagesOf('2026-01', 2_000));
    const bill = await billOf(() => archive('messages', soon(), DAYS));
    expect(bill.deletes).toBe(2_000);
    // Two looks for a month, the first of which finds a page; the list, and the end of the month.
    expect(bill.reads - 2_000).toBeLessThanOrEqual(105);
    // Its begin; the part, the end, the check, the horizon with the status, the deletion.
    expect(bill.writes).toBeLessThanOrEqual(7);
    const usd = bill.reads * 0.3e-6 + bill.writes * 0.9e-6 + bill.deletes * 0.1e-6;
    // For 1,000: what is said in docs/archive.md, and what a forecast says.
    expect(usd / 2).toBeLessThan(0.00042);
    expect(costOf(1_000)).toBeLessThan(0.00042);
    expect(Math.abs(costOf(2_000) - usd)).toBeLessThan(0.00005);
  });
});

describe('what stays', () => {
  it('is what is not of a whole month that is old enough', async () => {
    const recent = new Date().toISOString().slice(0, 7);
    const before = new Date(Date.now() - 20 * 86_400_000).toISOString().slice(0, 7);
    await storeMessages({ ...messagesOf(recent, 2), ...messagesOf(before, 2) });
    const stored = await storedMessages();
    // Statuses come for 40 days, whatever the parameter says.
    expect(await archive('messages', soon(), { days: 1 })).toMatchObject({ archived: [] });
    expect(await storedMessages()).toEqual(stored);
  });

  it('is what is still to be worked on, and what JSON would not give back', async () => {
    const out = { direction: 'out', sendAt: null, attempts: 0, to: {} };
    const fields = [
      { ...out, dueAt: 1 },
      { ...out, acceptedAt: 1, dueAt: 5 },
      { ...out, heldBy: '1', sentAt: 1 },
      { ...out, claimedAt: 1 },
      out,
      { content: { at: new Date(0) } },
      // Sent yesterday: statuses may still come.
      { ...out, sendAt: Date.now() - 86_400_000, acceptedAt: Date.now() - 86_400_000 },
      { ...out, deliveredAt: 1 },
      { ...out, unknownAt: 1 },
      { direction: 'note' },
    ];
    await storeMessages(messagesOf('2026-01', fields.length, (n) => fields[n] as object));
    const run = await archive('messages', soon(), DAYS);
    expect(run.isComplete).toBe(true);
    const ids = (all: object): string[] => Object.keys(all).map((id) => id.slice(-1));
    expect(ids(await storedMessages())).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    expect(ids(await archivedMessages())).toEqual(['7', '8', '9']);
    // They do not begin a partition again and again.
    expect(await archive('messages', soon(), DAYS)).toMatchObject({ archived: [] });
  });

  it('is everything where the parameter is 0', async () => {
    await storeMessages(messagesOf('2026-01', 2));
    const bill = await billOf(() => archive('messages', soon()));
    expect(Object.keys(await storedMessages())).toHaveLength(2);
    expect(bill.reads).toBeLessThanOrEqual(1);
  });
});

describe('a run', () => {
  it('is bounded by documents, and the next one goes on', async () => {
    const all = { ...messagesOf('2026-01', 600), ...messagesOf('2026-02', 600) };
    await storeMessages(all);
    const bounded = { ...DAYS, maxDocuments: 500 };
    const first = await archive('messages', soon(), bounded);
    expect(first).toMatchObject({ archived: [], isComplete: false });
    expect(first.documents).toBeLessThan(1_100);
    let runs = 1;
    while (!(await archive('messages', soon(), bounded)).isComplete) runs++;
    expect(runs).toBeGreaterThan(2);
    expect(await archivedMessages()).toEqual(all);
    expect(await storedMessages()).toEqual({});
  });

  it('begins nothing when its time is over', async () => {
    await storeMessages(messagesOf('2026-01', 2));
    expect(await archive('messages', Date.now() - 1, DAYS)).toMatchObject({ isComplete: false });
    expect(await partitions()).toEqual({});
  });
});

describe('a thread', () => {
  const member = { uid: 'lead', role: 'supervisor' } as const;
  const threadOf = (conversationId: string) =>
    thread(member, threadInput.parse({ conversationId }));

  it('says with its last page before when messages are in the archive', async () => {
    const conversation = {
      ...{ channelId: '1', contactId: 'ana', participants: [], assigneeId: null },
      createdAt: Date.UTC(2026, 0, 1),
    };
    await db().doc('conversations/1_ana').set(conversation);
    await db()
      .doc('conversations/1_ben')
      .set({ ...conversation, createdAt: Date.UTC(2026, 2, 1) });
    await storeMessages({
      ...messagesOf('2026-02', 2),
      ...messagesOf(new Date().toISOString().slice(0, 7), 1),
    });
    clearCaches();
    expect(await threadOf('1_ana')).toMatchObject({ archivedBefore: null });
    await archive('messages', soon(), DAYS);
    clearCaches();
    const page = await threadOf('1_ana');
    expect(page.entries).toHaveLength(1);
    expect(page).toMatchObject({ nextCursor: null, archivedBefore: Date.UTC(2026, 2) });
    expect(await threadOf('1_ben')).toMatchObject({ archivedBefore: null });
  });
});

describe('a forecast', () => {
  it('says what would be archived and what it costs, and changes nothing', async () => {
    const all = { ...messagesOf('2026-01', 700), ...messagesOf('2026-03', 30) };
    await storeMessages(all);
    const told = await forecast('messages', 60);
    expect(told).toMatchObject({
      months: [
        { month: '2026-01', documents: 700 },
        { month: '2026-03', documents: 30 },
      ],
      ...{ documents: 730, kept: [] },
    });
    expect(told.usd).toBeGreaterThan(730 * 0.4e-6);
    expect(told.usd).toBeLessThan(0.001);
    expect(await storedMessages()).toEqual(all);
    expect(await partitions()).toEqual({});
    expect(await storage().list('archive')).toEqual([]);
    expect(await forecast('messages')).toMatchObject({ before: null, documents: 0 });
  });
});

it('files that a crash left are removed, those in use are not', async () => {
  const january = messagesOf('2026-01', 20);
  await storeMessages(january);
  await archive('messages', soon(), DAYS);
  await db().doc('partition_metadata/messages_2026-02').set({ collection: 'other' });
  const strays = ['2026-01_1/0000-stray.jsonl.gz', '2025-07_1/0000-stray.jsonl.gz'];
  const { Readable } = await import('node:stream');
  for (const name of strays) {
    await storage().write(`archive/messages/${name}`, Readable.from(['x']));
  }
  const { removeStrays } = await import('../../src/archive/tidy');
  expect(await removeStrays('messages')).toBe(0);
  expect(await removeStrays('messages', Date.now() + 2 * 3_600_000)).toBe(2);
  expect(await archivedMessages()).toEqual(january);
  expect(await storage().list('archive')).toHaveLength(1);
});
