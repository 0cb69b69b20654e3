import type { Query, WhereFilterOp } from '@google-cloud/firestore';
import { AppError } from '../shared/errors';
import { parts } from './chunk';
import { collectionRef } from './collection';

/** A condition: field path, operator, value. */
export type Filter = readonly [field: string, op: WhereFilterOp, value: unknown];
export type Order = readonly [field: string, direction: 'asc' | 'desc'];

/** A query as plain data; all conditions have to hold. */
export interface QuerySpec {
  where: readonly Filter[];
}

/** Firestore's bound on the alternatives of a query: the product of its lists' lengths. */
const MAX_ALTERNATIVES = 30;

const isList = ([, op]: Filter): boolean => op === 'in' || op === 'array-contains-any';
const listOf = (filter: Filter): unknown[] => filter[2] as unknown[];

/**
 * The queries that together give what `spec` asks for, each with 30 alternatives at most. None
 * for a list that is empty, which nothing fulfils.
 */
export function splitLists(spec: QuerySpec): QuerySpec[] {
  const where = spec.where.map((filter): Filter => {
    if (!isList(filter)) return filter;
    return [filter[0], filter[1], [...new Set(listOf(filter))]];
  });
  const lists = where.filter(isList).sort((a, b) => listOf(b).length - listOf(a).length);
  const alternatives = lists.reduce((product, list) => product * listOf(list).length, 1);
  if (alternatives === 0) return [];
  const [longest] = lists;
  if (!longest || alternatives <= MAX_ALTERNATIVES) return [{ where }];

  const others = alternatives / listOf(longest).length;
  const size = Math.max(1, Math.floor(MAX_ALTERNATIVES / others));
  // Where the others alone are over the bound, they are split in their turn.
  return parts(listOf(longest), size).flatMap((part) =>
    splitLists({
      where: where.map((filter) => (filter === longest ? [filter[0], filter[1], part] : filter)),
    }),
  );
}

const RANGES: ReadonlySet<WhereFilterOp> = new Set(['<', '<=', '>', '>=', '!=', 'not-in']);

/**
 * The order that several queries share, by which they are merged. Firestore orders a range by its
 * field if nothing else is said.
 */
export function orderOf(
  specs: readonly QuerySpec[],
  orderBy: readonly Order[] | undefined,
): Order[] {
  if (orderBy) return [...orderBy];
  const fields = new Set(
    specs.flatMap(({ where }) => where.filter(([, op]) => RANGES.has(op)).map(([field]) => field)),
  );
  if (fields.size > 1) {
    throw new AppError(
      'invalid-argument',
      `Queries with ranges over ${[...fields].join(', ')} need one "orderBy" for all of them.`,
    );
  }
  return [...fields].map((field) => [field, 'asc'] as const);
}

/** The name of a document as a field, by which ties are broken. */
export const NAME = '__name__';

/** The query of a spec in a collection, ordered so that every document has a place of its own. */
export function toQuery(path: string, { where }: QuerySpec, order: readonly Order[]): Query {
  let query: Query = collectionRef(path);
  for (const [field, op, value] of where) query = query.where(field, op, value);
  for (const [field, direction] of order) query = query.orderBy(field, direction);
  return query.orderBy(NAME, order.at(-1)?.[1] ?? 'asc');
}

/** Its conditions without their values, which may be somebody's number or name. */
export const nameOfQuery = (path: string, { where }: QuerySpec): string =>
  [path, ...where.map(([field, op]) => `${field} ${op}`)].join(where.length > 0 ? ', ' : '');
