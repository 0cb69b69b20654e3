import type { AggregateField, AggregateSpec, Query } from '@google-cloud/firestore';
import { createCache, type Cache } from '../platform/cache';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import { collectionRef, type Collection } from './collection';
import { BatchError, ItemError, Stopped } from './errors';
import type { BatchOptions } from './options';
import { parts } from './chunk';
import { nameOfQuery, splitLists, type QuerySpec } from './querySpec';
import { startRun, type Run } from './run';

/** What to know of the documents that a query finds; it has to be one thing at least. */
export interface Aggregation extends QuerySpec {
  count?: boolean;
  /** Fields whose numbers are added up; other values are passed over. */
  sum?: readonly string[];
  /** Fields whose numbers' mean is taken. */
  average?: readonly string[];
}

export interface Aggregate {
  /** 0 where it was not asked for. */
  count: number;
  sum: Record<string, number>;
  /** `null` where there is no number. */
  average: Record<string, number | null>;
}

interface AggregationOptions extends BatchOptions {
  /**
   * Whether every document has all of the fields. Firestore passes over documents that lack a field
   * of the request, so without this word the count, and what concerns each field, are asked apart.
   */
  haveAllFields?: boolean;
  /** Answers may be as old as this; they are kept in the instance. Left out: always asked. */
  maxAgeMs?: number;
}

/** Firestore's bound on what one request computes. */
const PER_REQUEST = 5;
const CONCURRENCY = 64;

/**
 * Counts, adds up and averages what many queries find, on the server: one read for every 1,000
 * index entries, at least one a request, and no document is moved.
 *
 * - A request for the count and one a field, or one for 5 figures with `haveAllFields`; 64 at once.
 *   A query that is asked twice is sent once.
 * - `in` lists of over 30 values become several queries, for `count` and `sum` only: a mean of
 *   parts is not the mean, and lists of `array-contains-any` overlap.
 *
 * @returns a result a query, in order
 * @throws AppError `invalid-argument` for a query that asks nothing, or cannot be split
 * @throws BatchError when a request failed; it names the query by its conditions
 * @example
 * const [open, waiting] = await batchAggregation(conversations, [
 *   { where: [['status', '==', 'open']], count: true, sum: ['unreadCount'] },
 *   { where: [['assigneeId', '==', null]], count: true },
 * ], { maxAgeMs: 60_000, haveAllFields: true });
 */
export async function batchAggregation<T extends object>(
  collection: Collection<T>,
  queries: readonly Aggregation[],
  { maxAgeMs, haveAllFields = false, ...options }: AggregationOptions = {},
): Promise<Aggregate[]> {
  const keys = queries.map((query) => keyOf(collection.path, query));
  const unique = [...new Map(keys.map((key, index) => [key, queries[index] as Aggregation]))];
  const run = startRun({ concurrency: CONCURRENCY, ...options }, unique.length);
  const cache = maxAgeMs === undefined ? undefined : cacheOf(maxAgeMs);
  const results = new Map<string, Aggregate>();

  await mapConcurrently(unique, run.settings.concurrency, async ([key, query]) => {
    const load = (): Promise<Aggregate> => aggregate(run, collection.path, query, haveAllFields);
    results.set(key, cache ? await cache.get(key, load) : await load());
    run.advance(1);
  });
  return keys.map((key) => results.get(key) as Aggregate);
}

/** A figure to compute: its name in the answer, what it is, and of which field. */
type Figure = readonly [alias: string, type: 'count' | 'sum' | 'avg', field?: string];

function figuresOf({ count, sum = [], average = [] }: Aggregation): Figure[] {
  return [
    ...(count ? [['count', 'count'] as const] : []),
    ...sum.map((field, n) => [`sum${n}`, 'sum', field] as const),
    ...average.map((field, n) => [`average${n}`, 'avg', field] as const),
  ];
}

async function aggregate(
  run: Run,
  path: string,
  query: Aggregation,
  haveAllFields: boolean,
): Promise<Aggregate> {
  const figures = figuresOf(query);
  if (figures.length === 0) {
    throw new AppError(
      'invalid-argument',
      `An aggregation of ${nameOfQuery(path, query)} asks for nothing.`,
    );
  }
  const specs = splitLists(query);
  const overlaps = query.where.some(([, op]) => op === 'array-contains-any');
  if (specs.length > 1 && (overlaps || query.average?.length)) {
    throw new AppError(
      'invalid-argument',
      `${nameOfQuery(path, query)}: a list of over 30 values cannot be averaged, nor may it overlap.`,
    );
  }
  const groups = haveAllFields ? parts(figures, PER_REQUEST) : byField(figures);
  const requests = specs.flatMap((spec) => groups.map((group) => ({ spec, figures: group })));
  const answers = await Promise.all(
    requests.map((request) => ask(run, path, request.spec, request.figures)),
  );

  const total = (alias: string): number =>
    answers.reduce((sum, answer) => sum + (answer[alias] ?? 0), 0);
  const meanOf = (alias: string): number | null =>
    answers.find((answer) => alias in answer)?.[alias] ?? null;
  return {
    count: total('count'),
    sum: Object.fromEntries((query.sum ?? []).map((field, n) => [field, total(`sum${n}`)])),
    average: Object.fromEntries(
      (query.average ?? []).map((field, n) => [field, meanOf(`average${n}`)]),
    ),
  };
}

function byField(figures: readonly Figure[]): Figure[][] {
  const groups = new Map<string | undefined, Figure[]>();
  for (const figure of figures) {
    const [, , field] = figure;
    groups.set(field, [...(groups.get(field) ?? []), figure]);
  }
  return [...groups.values()];
}

async function ask(
  run: Run,
  path: string,
  spec: QuerySpec,
  figures: readonly Figure[],
): Promise<Record<string, number | null>> {
  let query: Query = collectionRef(path);
  for (const [field, op, value] of spec.where) query = query.where(field, op, value);
  const wanted = Object.fromEntries(
    figures.map(([alias, type, field]) => [alias, figure(type, field)]),
  );
  try {
    const snapshot = await run.request('an aggregation', 1, () => query.aggregate(wanted).get());
    return snapshot.data();
  } catch (error) {
    if (error instanceof Stopped) throw error;
    const failure = new ItemError(nameOfQuery(path, spec), error, {
      attempts: 1,
      isInDoubt: false,
    });
    throw new BatchError([failure], 1);
  }
}

/**
 * What the library's `AggregateField.sum(field)` makes. That class is a run-time import of the
 * vendor's, which only platform/ may have, and the library reads nothing else of it.
 */
const figure = (aggregateType: Figure[1], field: string | undefined): AggregateSpec[string] =>
  ({ aggregateType, _field: field }) as unknown as AggregateField<number>;

/** JSON has no infinities, and two queries must not be taken for one. */
const keyOf = (path: string, { where, count, sum, average }: Aggregation): string =>
  JSON.stringify([path, where, count ?? false, sum ?? [], average ?? []], (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );

const caches = new Map<number, Cache<Aggregate>>();

function cacheOf(maxAgeMs: number): Cache<Aggregate> {
  const known = caches.get(maxAgeMs);
  if (known) return known;
  const cache = createCache<Aggregate>({ name: 'aggregations', maxAgeMs });
  caches.set(maxAgeMs, cache);
  return cache;
}
