import type { Shape } from './shape.ts';
import type { FieldOverride } from './types.ts';

/**
 * The fields of a shape whose single-field index Firestore lacks, because of an exemption or
 * because there is none for collection groups; `undefined` where no set of single-field indexes
 * would do: where the results are sorted by something else than what is compared.
 */
export function missingAutomatic(shape: Shape, overrides: FieldOverride[]): string[] | undefined {
  const { equal, contains, sort, keyDirection } = shape;
  const [first] = sort;
  const has = (fieldPath: string, mode: Mode): boolean =>
    modesOf(shape, fieldPath, overrides).includes(mode);

  if (first) {
    const alone = sort.length === 1 && equal.length + contains.length === 0;
    if (!alone || first.direction !== keyDirection) return undefined;
    return has(first.fieldPath, first.direction) ? [] : [first.fieldPath];
  }
  // Indexes of equalities are merged by key, so each has to have the key in the query's direction.
  if (keyDirection === 'DESCENDING' && equal.length === 0) return undefined;
  return [
    ...equal.filter((fieldPath) => !has(fieldPath, keyDirection)),
    ...contains.filter((fieldPath) => !has(fieldPath, 'CONTAINS')),
  ];
}

type Mode = 'ASCENDING' | 'DESCENDING' | 'CONTAINS';

/** Which indexes of its own a field has, for a collection or a collection group. */
function modesOf(
  { collection, scope }: Pick<Shape, 'collection' | 'scope'>,
  fieldPath: string,
  overrides: FieldOverride[],
): Mode[] {
  const ofCollection = overrides.filter(({ collectionGroup }) => collectionGroup === collection);
  const override =
    ancestors(fieldPath)
      .map((path) => ofCollection.find((candidate) => candidate.fieldPath === path))
      .find((found) => found !== undefined) ??
    ofCollection.find((found) => found.fieldPath === '*');
  if (!override) return scope === 'COLLECTION' ? ['ASCENDING', 'DESCENDING', 'CONTAINS'] : [];
  return override.indexes
    .filter(({ queryScope }) => queryScope === scope)
    .flatMap(({ order, arrayConfig }) => order ?? arrayConfig ?? []);
}

/** A map's override holds for what is in it, unless that has its own. */
function ancestors(fieldPath: string): string[] {
  const parts = fieldPath.split('.');
  return parts.map((_, n) => parts.slice(0, parts.length - n).join('.'));
}
