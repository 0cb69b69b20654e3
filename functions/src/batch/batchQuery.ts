import type { QueryDocumentSnapshot } from '@google-cloud/firestore';
import { toVersion, type Version } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import { decoded, type Collection } from './collection';
import { compareTexts, compareValues } from './compare';
import { fromCursor, toCursor, type Position } from './cursor';
import { BatchError, ItemError, Stopped } from './errors';
import type { BatchOptions } from './options';
import { nameOfQuery, orderOf, splitLists, toQuery, type Order, type QuerySpec } from './querySpec';
import { startRun } from './run';

interface QueryOptions extends BatchOptions {
  /** The order of the whole. Left out: by the field of the queries' ranges, else by id. */
  orderBy?: readonly Order[];
  /** How many documents a page has at most. */
  limit?: number;
  /** The cursor of the page before. */
  cursor?: string | null;
  /** Only these fields (and those of the order). */
  fields?: readonly string[];
}

/** A page of the documents that one query or another found. */
export interface QueryPage<T> {
  items: { id: string; data: T; version: Version }[];
  /** Goes on after this page; null at the end. */
  cursor: string | null;
}

const LIMIT = 1_000;
const MAX_LIMIT = 10_000;

/**
 * Runs several queries at once and gives their union: each document once, in one order, in pages
 * whose cursor goes on across all of them.
 *
 * - Lists (`in`, `array-contains-any`) may have any length: over 30 values they become several
 *   queries. Empty ones find nothing and cost nothing.
 * - A page costs at most `limit` reads a query (after splitting), at least one each.
 * - The order is by texts, numbers, times or booleans; documents without the field are not found.
 * - Each query needs its index, as if it were run alone with this order.
 *
 * @param options.limit documents a page; 1,000 if left out, 10,000 at most
 * @throws AppError `invalid-argument` for a cursor of another list, or ranges without one order
 * @throws BatchError when a query failed, or a document could not be decoded; it names it
 * @example
 * const mine = { where: [['assigneeId', '==', uid]] } as const;
 * const open = { where: [['labels', 'array-contains-any', labels]] } as const;
 * const page = await batchQuery(conversations, [mine, open], {
 *   orderBy: [['lastMessageAt', 'desc']], limit: 50, cursor,
 * });
 */
export async function batchQuery<T extends object>(
  collection: Collection<T>,
  queries: readonly QuerySpec[],
  { orderBy, limit = LIMIT, cursor, fields, ...options }: QueryOptions = {},
): Promise<QueryPage<T>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new AppError('invalid-argument', `"limit" has to be between 1 and ${MAX_LIMIT}`);
  }
  const order = orderOf(queries, orderBy);
  const position = cursor ? fromCursor(cursor, order.length) : undefined;
  const specs = queries.flatMap(splitLists);
  const run = startRun(options, specs.length);

  const pages = await mapConcurrently(specs, run.settings.concurrency, async (spec) => {
    let query = toQuery(collection.path, spec, order).limit(limit);
    if (fields) query = query.select(...new Set([...fields, ...order.map(([field]) => field)]));
    if (position) query = query.startAfter(...position.values, position.id);
    try {
      const { docs } = await run.request('a query', 1, () => query.get());
      return docs;
    } catch (error) {
      if (error instanceof Stopped) throw error;
      throw new BatchError([failureOf(nameOfQuery(collection.path, spec), error)], specs.length);
    } finally {
      run.advance(1);
    }
  });

  const merged = merge(pages, order);
  const items = merged.slice(0, limit);
  const last = items.at(-1);
  const hasMore = merged.length > limit || pages.some((page) => page.length === limit);
  return {
    items: items.map((snapshot) => ({
      id: snapshot.id,
      data: decode(collection, snapshot),
      version: toVersion(snapshot.updateTime),
    })),
    cursor: last && hasMore ? toCursor(positionOf(last, order)) : null,
  };
}

/** All pages in one order, each document once. A page by itself is in order already. */
function merge(pages: QueryDocumentSnapshot[][], order: readonly Order[]): QueryDocumentSnapshot[] {
  const [first = [], ...others] = pages;
  if (others.length === 0) return first;
  const unique = [...new Map(pages.flat().map((snapshot) => [snapshot.id, snapshot])).values()];
  const keyed = unique.map((snapshot) => ({ snapshot, ...positionOf(snapshot, order) }));
  const sign = order.map(([, direction]) => (direction === 'asc' ? 1 : -1));
  keyed.sort((a, b) => {
    for (const [index, value] of a.values.entries()) {
      const difference = compareValues(value, b.values[index]);
      if (difference !== 0) return difference * (sign[index] as number);
    }
    return compareTexts(a.id, b.id) * (sign.at(-1) ?? 1);
  });
  return keyed.map(({ snapshot }) => snapshot);
}

const positionOf = (snapshot: QueryDocumentSnapshot, order: readonly Order[]): Position => ({
  values: order.map(([field]) => snapshot.get(field) as unknown),
  id: snapshot.id,
});

function decode<T>(collection: Collection<T>, snapshot: QueryDocumentSnapshot): T {
  try {
    return decoded(collection, snapshot.data(), snapshot.id);
  } catch (error) {
    throw new BatchError([failureOf(snapshot.ref.path, error)], 1);
  }
}

const failureOf = (path: string, cause: unknown): ItemError =>
  new ItemError(path, cause, { attempts: 1, isInDoubt: false });
