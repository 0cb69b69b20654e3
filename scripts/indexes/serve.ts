import { missingAutomatic } from './automatic.ts';
import { compositeFor, withoutKey } from './composite.ts';
import type { Shape } from './shape.ts';
import type { CompositeIndex, Declared } from './types.ts';

/** How Firestore would answer queries of a shape. */
export type Service =
  | { by: 'automatic' }
  /** One index, or several that Firestore merges. */
  | { by: 'composite'; indexes: CompositeIndex[] }
  /** It would refuse them. */
  | { by: 'nothing'; lack: Lack };

export type Lack =
  | { kind: 'composite'; wanted: CompositeIndex }
  /** These fields have no index of their own. */
  | { kind: 'single-field'; fields: string[] }
  /** No index can help: a collection is not read by descending ids alone. */
  | { kind: 'impossible' };

/**
 * Which of the declared and the automatic indexes serve a shape.
 *
 * An index serves a shape when it begins with the fields that are compared for equality or
 * searched, in any order, and goes on with the shape's order exactly. Firestore does not read an
 * index backwards, so the directions of the order count; those of equalities do not. Indexes that
 * share the order and have some of the equalities each are merged.
 */
export function serve(shape: Shape, { indexes, fieldOverrides }: Declared): Service {
  const prefix = [...shape.equal, ...shape.contains];
  if (prefix.length + shape.sort.length === 0) {
    if (shape.keyDirection === 'ASCENDING') return { by: 'automatic' };
    return { by: 'nothing', lack: { kind: 'impossible' } };
  }
  const candidates = indexes.flatMap((index) => {
    const covered = coveredBy(index, shape);
    return covered ? [{ index, covered }] : [];
  });
  const exact = candidates.find(({ covered }) => covered.length === prefix.length);
  if (exact) return { by: 'composite', indexes: [exact.index] };

  const missing = missingAutomatic(shape, fieldOverrides);
  if (missing?.length === 0) return { by: 'automatic' };
  // Without an order, a field's own index takes part in the merge as well.
  const merged = merge(missing ?? prefix, candidates);
  if (merged) return { by: 'composite', indexes: merged };
  return {
    by: 'nothing',
    lack: missing
      ? { kind: 'single-field', fields: missing }
      : { kind: 'composite', wanted: compositeFor(shape) },
  };
}

/**
 * The equalities that the index covers; `undefined` if it cannot take part: if its order is not
 * the shape's, or if it sorts by something that the shape leaves open before that.
 */
function coveredBy(index: CompositeIndex, shape: Shape): string[] | undefined {
  if (index.collectionGroup !== shape.collection || index.queryScope !== shape.scope) return;
  const { fields, keyDirection } = withoutKey(index.fields);
  const split = fields.length - shape.sort.length;
  if (split < 0 || keyDirection !== shape.keyDirection) return;

  const sameOrder = shape.sort.every(({ fieldPath, direction }, n) => {
    const field = fields[split + n];
    return field?.fieldPath === fieldPath && field.order === direction;
  });
  const covered = fields.slice(0, split);
  const onlyFixed = covered.every(({ fieldPath, arrayConfig }) =>
    (arrayConfig ? shape.contains : shape.equal).includes(fieldPath),
  );
  return sameOrder && onlyFixed ? covered.map(({ fieldPath }) => fieldPath) : undefined;
}

/** Candidates that cover all the fields together, the widest first; `undefined` if they do not. */
function merge(
  fields: string[],
  candidates: { index: CompositeIndex; covered: string[] }[],
): CompositeIndex[] | undefined {
  const open = new Set(fields);
  const used: CompositeIndex[] = [];
  for (const { index, covered } of candidates.toSorted(
    (a, b) => b.covered.length - a.covered.length,
  )) {
    if (!covered.some((field) => open.has(field))) continue;
    used.push(index);
    for (const field of covered) open.delete(field);
  }
  return open.size === 0 && used.length > 0 ? used : undefined;
}
