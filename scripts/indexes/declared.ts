import { readFileSync } from 'node:fs';
import { UserError } from '../lib/fail.ts';
import { describeIndex } from './describe.ts';
import { KEY, type CompositeIndex, type Declared, type FieldOverride } from './types.ts';

/** Reads firestore.indexes.json; a file that a deploy would refuse is refused here. */
export function readDeclared(file: string): Declared {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const problems = problemsOf(content);
  if (problems.length > 0) throw new UserError(`${file} is not valid:\n  ${problems.join('\n  ')}`);
  return content as Declared;
}

const DIRECTIONS = ['ASCENDING', 'DESCENDING'];
const SCOPES = ['COLLECTION', 'COLLECTION_GROUP'];

/** What is wrong with the content of an index file, one line each. */
export function problemsOf(content: unknown): string[] {
  const { indexes, fieldOverrides } = (content ?? {}) as Partial<Record<keyof Declared, unknown>>;
  if (!Array.isArray(indexes) || !Array.isArray(fieldOverrides)) {
    return ['"indexes" and "fieldOverrides" have to be lists.'];
  }
  const problems = [
    ...indexes.flatMap((index, n) => ofIndex(index as CompositeIndex, `indexes[${n}]`)),
    ...fieldOverrides.flatMap((override, n) =>
      ofOverride(override as FieldOverride, `fieldOverrides[${n}]`),
    ),
  ];
  return problems.length > 0 ? problems : duplicatesOf(content as Declared);
}

function ofIndex(
  { collectionGroup, queryScope, fields }: Partial<CompositeIndex>,
  at: string,
): string[] {
  if (typeof collectionGroup !== 'string') return [`${at} names no collectionGroup.`];
  if (!SCOPES.includes(queryScope ?? '')) return [`${at} has no queryScope.`];
  if (!Array.isArray(fields)) return [`${at} has no fields.`];
  const named = fields.filter(({ fieldPath }) => fieldPath !== KEY);
  return [
    ...(fields.length < 2 || named.length === 0
      ? [`${at} has one field only: Firestore keeps such indexes by itself.`]
      : []),
    ...fields.flatMap((field, n) => {
      if (typeof field.fieldPath !== 'string') return [`${at}.fields[${n}] names no fieldPath.`];
      const sorted = DIRECTIONS.includes(field.order ?? '');
      const searched = field.arrayConfig === 'CONTAINS';
      return sorted !== searched ? [] : [`${at}.fields[${n}] needs an order or an arrayConfig.`];
    }),
  ];
}

function ofOverride(
  { collectionGroup, fieldPath, indexes }: Partial<FieldOverride>,
  at: string,
): string[] {
  if (typeof collectionGroup !== 'string' || typeof fieldPath !== 'string') {
    return [`${at} needs a collectionGroup and a fieldPath.`];
  }
  return Array.isArray(indexes) ? [] : [`${at} needs "indexes"; [] exempts the field.`];
}

function duplicatesOf({ indexes, fieldOverrides }: Declared): string[] {
  const names = [
    ...indexes.map(describeIndex),
    ...fieldOverrides.map(({ collectionGroup, fieldPath }) => `${collectionGroup}.${fieldPath}`),
  ];
  return names
    .filter((name, n) => names.indexOf(name) !== n)
    .map((name) => `${name} is declared twice.`);
}
