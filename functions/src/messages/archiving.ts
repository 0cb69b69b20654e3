import { batchAggregation } from '../batch/batchAggregation';
import { batchDelete } from '../batch/batchDelete';
import { batchQuery } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import type { Version } from '../platform/firestore';
import { isOver } from './rules';
import type { Message } from './schema';
import { messages } from './store';

/** From a time on, until before another; epoch ms. */
interface Range {
  from: number;
  to: number;
}

/** A message as an archive keeps it. */
interface Kept {
  id: string;
  data: object;
}

/**
 * The messages and notes of a range, in the order of their times; `isOver` where nothing is left to
 * be done with one. One read each.
 */
async function page(
  { from, to }: Range,
  options: { cursor: string | null; limit: number },
): Promise<{
  items: (Kept & { version: Version; at: number; isOver: boolean })[];
  cursor: string | null;
}> {
  const where = [['timestamp', '>=', from] as const, ['timestamp', '<', to] as const];
  const { items, cursor } = await batchQuery(messages, [{ where }], options);
  return {
    items: items.map(({ id, data, version }) => ({
      ...{ id, data, version },
      at: data.timestamp,
      isOver: isOver(data, now()),
    })),
    cursor,
  };
}

/** How many there are in each of the ranges; one read for 1,000. */
async function count(ranges: readonly Range[]): Promise<number[]> {
  const counts = await batchAggregation(
    messages,
    ranges.map(({ from, to }) => ({
      where: [['timestamp', '>=', from] as const, ['timestamp', '<', to] as const],
      count: true,
    })),
  );
  return counts.map((found) => found.count);
}

/**
 * Deletes those that are as they were; one that is not there any more is as asked for.
 *
 * @returns the ids of those that have changed, and so were left
 */
async function remove(all: readonly { id: string; version: Version }[]): Promise<string[]> {
  const { items } = throwIfFailed(await batchDelete(messages, all));
  return items.filter(({ outcome }) => outcome === 'conflict').map(({ id }) => id);
}

/** Brings back those that are not there; gives how many they were. */
async function restore(all: readonly Kept[]): Promise<number> {
  const report = await batchUpdate(
    messages,
    all.map(({ id, data }) => ({ kind: 'create', id, data: data as Message })),
  );
  return throwIfFailed(report).ok;
}

/** Messages as something that is archived by month. */
export const messageSource = { page, count, remove, restore };
