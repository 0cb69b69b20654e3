import { KEY, type Direction, type Filter, type Scope, type SentQuery } from './types.ts';

export interface SortField {
  fieldPath: string;
  direction: Direction;
}

/** What an index has to offer for a query, whatever the values it compares with. */
export interface Shape {
  collection: string;
  scope: Scope;
  /** Fields compared by `==` or `in`, in alphabetical order. */
  equal: string[];
  /** Arrays searched by `array-contains` or `array-contains-any`. */
  contains: string[];
  /** The order of the results, without what `equal` makes constant and without the key. */
  sort: SortField[];
  /** In which direction documents follow that are the same in all of `sort`. */
  keyDirection: Direction;
}

type Kind = 'equal' | 'contains' | 'range';
interface Condition {
  fieldPath: string;
  kind: Kind;
}

/**
 * Maps whose fields are as many as there are values: their indexes are all alike, and what somebody
 * looked for belongs in no table.
 */
const OPEN_MAPS = ['attributes.', 'search.keys.'];
const nameOf = (fieldPath: string): string => {
  const map = OPEN_MAPS.find((prefix) => fieldPath.startsWith(prefix));
  return map ? `${map}*` : fieldPath;
};

const KINDS: Record<string, Kind> = {
  EQUAL: 'equal',
  IN: 'equal',
  IS_NULL: 'equal',
  IS_NAN: 'equal',
  ARRAY_CONTAINS: 'contains',
  ARRAY_CONTAINS_ANY: 'contains',
  LESS_THAN: 'range',
  LESS_THAN_OR_EQUAL: 'range',
  GREATER_THAN: 'range',
  GREATER_THAN_OR_EQUAL: 'range',
  NOT_EQUAL: 'range',
  NOT_IN: 'range',
  IS_NOT_NULL: 'range',
  IS_NOT_NAN: 'range',
};

/**
 * The shapes of a query. One, unless it has an OR: Firestore runs each alternative by itself, and
 * each needs its index. Cursors, limits and projections change nothing.
 *
 * @see https://firebase.google.com/docs/firestore/query-data/index-overview
 */
export function shapesOf({ query, aggregated }: SentQuery): Shape[] {
  const { collectionId, allDescendants = false } = query.from?.[0] ?? {};
  if (collectionId === undefined) throw new Error('A query without a collection.');

  const alternatives = query.where ? alternativesOf(query.where) : [[]];
  const order = orderOf(query, alternatives.flat(), aggregated);
  const shapes = alternatives.map((conditions): Shape => {
    const equal = fieldsOf(conditions, 'equal');
    const sort = order.filter(({ fieldPath }) => !equal.includes(fieldPath));
    const key = sort.findIndex(({ fieldPath }) => fieldPath === KEY);
    return {
      collection: collectionId,
      scope: allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION',
      equal: equal.filter((fieldPath) => fieldPath !== KEY),
      contains: fieldsOf(conditions, 'contains'),
      // Ids are unique, so nothing after the key makes a difference.
      sort: key < 0 ? sort : sort.slice(0, key),
      keyDirection: sort[key]?.direction ?? 'ASCENDING',
    };
  });
  return [...new Map(shapes.map((shape) => [shapeKey(shape), shape])).values()];
}

/** The same for shapes that are the same. */
export const shapeKey = (shape: Shape): string => JSON.stringify(shape);

/** The filter as alternatives, each a list of conditions that hold together. */
function alternativesOf({ compositeFilter, fieldFilter, unaryFilter }: Filter): Condition[][] {
  if (compositeFilter) {
    const parts = compositeFilter.filters.map(alternativesOf);
    if (compositeFilter.op === 'OR') return parts.flat();
    return parts.reduce<Condition[][]>(
      (all, part) => all.flatMap((left) => part.map((right) => [...left, ...right])),
      [[]],
    );
  }
  const simple = fieldFilter ?? unaryFilter;
  const kind = KINDS[simple?.op ?? ''];
  if (!simple || !kind) throw new Error(`A filter of an unknown kind: ${simple?.op ?? 'none'}.`);
  return [[{ fieldPath: nameOf(simple.field.fieldPath), kind }]];
}

const fieldsOf = (conditions: Condition[], wanted: Kind): string[] =>
  [
    ...new Set(conditions.filter(({ kind }) => kind === wanted).map(({ fieldPath }) => fieldPath)),
  ].sort();

/**
 * The whole order: what the query says, the fields of its inequalities, what is summed up, and the
 * key. What it does not say itself goes on in its last direction.
 */
function orderOf(
  { orderBy = [] }: SentQuery['query'],
  conditions: Condition[],
  aggregated: string[],
): SortField[] {
  const order = orderBy.map(({ field, direction }): SortField => ({
    fieldPath: field.fieldPath,
    direction: direction === 'DESCENDING' ? 'DESCENDING' : 'ASCENDING',
  }));
  const direction = order.at(-1)?.direction ?? 'ASCENDING';
  const ranges = fieldsOf(conditions, 'range').filter((fieldPath) => fieldPath !== KEY);
  for (const fieldPath of [...ranges, ...aggregated, KEY]) {
    if (!order.some((field) => field.fieldPath === fieldPath)) order.push({ fieldPath, direction });
  }
  return order;
}
