import type { Shape } from './shape.ts';
import { KEY, type CompositeIndex, type Direction, type IndexField } from './types.ts';

/** The key's direction in an index that does not name it: that of the last sorted field. */
const impliedKeyDirection = (fields: IndexField[]): Direction =>
  fields.findLast(({ order }) => order !== undefined)?.order ?? 'ASCENDING';

/** An index's fields without the key, and the key's direction. */
export function withoutKey(fields: IndexField[]): {
  fields: IndexField[];
  keyDirection: Direction;
} {
  const last = fields.at(-1);
  if (last?.fieldPath === KEY) {
    return { fields: fields.slice(0, -1), keyDirection: last.order ?? 'ASCENDING' };
  }
  return { fields, keyDirection: impliedKeyDirection(fields) };
}

/** The index that serves a shape alone, as Firestore's error message would propose it. */
export function compositeFor(shape: Shape): CompositeIndex {
  const fields: IndexField[] = [
    ...shape.equal.map((fieldPath) => ({ fieldPath, order: 'ASCENDING' as const })),
    ...shape.contains.map((fieldPath) => ({ fieldPath, arrayConfig: 'CONTAINS' as const })),
    ...shape.sort.map(({ fieldPath, direction }) => ({ fieldPath, order: direction })),
  ];
  const named = impliedKeyDirection(fields) !== shape.keyDirection;
  return {
    collectionGroup: shape.collection,
    queryScope: shape.scope,
    fields: named ? [...fields, { fieldPath: KEY, order: shape.keyDirection }] : fields,
  };
}
