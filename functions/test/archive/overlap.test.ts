import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { newPartition } from '../../src/archive/rules';
import { archive } from '../../src/archive/run';
import { step } from '../../src/archive/steps';
import { createPartition, TakenOver, type Held } from '../../src/archive/store';
import { now } from '../../src/platform/clock';
import { loseNextAnswer } from '../support/lostAnswer';
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

useArchive('archive-overlap');
const JANUARY = messagesOf('2026-01', 3);
const begin = (runner: string): Promise<Held> =>
  createPartition(newPartition({ collection: 'messages', month: '2026-01', n: 1 }, runner, now()));

beforeEach(async () => {
  await clearArchive();
  await storeMessages(JANUARY);
});
afterEach(() => vi.restoreAllMocks());

it('a run whose partition another run moved on ends, and changes nothing', async () => {
  let held = await begin('a');
  await expect(begin('b')).rejects.toBeInstanceOf(TakenOver);
  const statuses: string[] = [];
  while (held.partition.status !== 'archived') {
    statuses.push(held.partition.status);
    const { held: next } = await step(held, 'a');
    await expect(step(held, 'b'), held.partition.status).rejects.toBeInstanceOf(TakenOver);
    expect(await partitions()).toEqual({ 'messages_2026-01': next.partition });
    held = next;
  }
  expect(statuses).toEqual(['writing', 'written', 'verified', 'deleting']);
  expect(await archivedMessages()).toEqual(JANUARY);
  expect(await storedMessages()).toEqual({});
});

it('a run knows its own write again when the answer gets lost', async () => {
  loseNextAnswer();
  let held = await begin('a');
  while (held.partition.status !== 'archived') {
    loseNextAnswer();
    ({ held } = await step(held, 'a'));
  }
  expect(await archivedMessages()).toEqual(JANUARY);
  expect(await storedMessages()).toEqual({});
});

it('three runs at once come to the same, whoever is faster', async () => {
  const all = { ...JANUARY, ...messagesOf('2026-02', 700) };
  await storeMessages(all);
  await Promise.all([1, 2, 3].map(() => archive('messages', soon(), { days: 60 })));
  await archive('messages', soon(), { days: 60 });
  expect(await archivedMessages()).toEqual(all);
  expect(await storedMessages()).toEqual({});
});
