import type { StructuredQuery } from './meter';

/** As far as a shape shows it; the protocol's own JSON. */
interface Query {
  from?: { collectionId?: string; allDescendants?: boolean }[];
  where?: Filter;
  orderBy?: { field: { fieldPath: string }; direction?: string }[];
  limit?: { value?: number } | number;
}
interface Filter {
  compositeFilter?: { op?: string; filters?: Filter[] };
  fieldFilter?: { field: { fieldPath: string }; op?: string };
  unaryFilter?: { field: { fieldPath: string }; op?: string };
}

/**
 * A query as text without a value that it compares with, so that it can be logged and counted:
 * `messages where dueAt LESS_THAN_OR_EQUAL by dueAt limit 200`.
 */
export function shapeOf(structured: StructuredQuery): string {
  const query = (structured['structuredQuery'] ?? structured) as Query;
  const { collectionId = '?', allDescendants } = query.from?.[0] ?? {};
  const conditions = query.where ? conditionsOf(query.where) : [];
  const order = (query.orderBy ?? []).map(({ field, direction }) =>
    direction === 'DESCENDING' ? `${fieldOf(field)} desc` : fieldOf(field),
  );
  const limit = typeof query.limit === 'object' ? query.limit.value : query.limit;
  return [
    allDescendants ? `all ${collectionId}` : collectionId,
    ...(conditions.length > 0 ? [`where ${conditions.join(', ')}`] : []),
    ...(order.length > 0 ? [`by ${order.join(', ')}`] : []),
    ...(limit ? [`limit ${limit}`] : []),
  ].join(' ');
}

function conditionsOf({ compositeFilter, fieldFilter, unaryFilter }: Filter): string[] {
  if (compositeFilter) {
    const parts = (compositeFilter.filters ?? []).flatMap(conditionsOf);
    return compositeFilter.op === 'OR' ? [`(${parts.join(' or ')})`] : parts;
  }
  const simple = fieldFilter ?? unaryFilter;
  return simple ? [`${fieldOf(simple.field)} ${simple.op ?? '?'}`] : [];
}

/** Keys of maps may be ids or a customer's own words: only the field itself is shown. */
const fieldOf = ({ fieldPath }: { fieldPath: string }): string =>
  fieldPath === '__name__' ? fieldPath : (fieldPath.split('.')[0] ?? fieldPath);
