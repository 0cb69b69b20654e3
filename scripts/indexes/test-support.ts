import type { CompositeIndex, Filter, IndexField, SentQuery, StructuredQuery } from './types.ts';

type Condition = [field: string, op: string];

/** A query of `contacts`: conditions that all hold, and an order (`field` or `field desc`). */
export function sent(
  conditions: (Condition | Filter)[],
  order: string[] = [],
  rest: { group?: boolean; aggregated?: string[] } = {},
): SentQuery {
  const filters = conditions.map((each) => (Array.isArray(each) ? condition(...each) : each));
  const query: StructuredQuery = {
    from: [{ collectionId: 'contacts', ...(rest.group ? { allDescendants: true } : {}) }],
    ...(filters.length > 0 ? { where: { compositeFilter: { op: 'AND', filters } } } : {}),
    orderBy: order.map((part) => {
      const [fieldPath = '', direction] = part.split(' ');
      return {
        field: { fieldPath },
        direction: direction === 'desc' ? 'DESCENDING' : 'ASCENDING',
      };
    }),
  };
  return { query, aggregated: rest.aggregated ?? [] };
}

export const anyOf = (...conditions: Condition[]): Filter => ({
  compositeFilter: { op: 'OR', filters: conditions.map((each) => condition(...each)) },
});

const condition = (fieldPath: string, op: string): Filter =>
  op.startsWith('IS_')
    ? { unaryFilter: { field: { fieldPath }, op } }
    : { fieldFilter: { field: { fieldPath }, op } };

/** An index of `contacts` by `field`, `field desc` or `field contains`. */
export function index(...fields: string[]): CompositeIndex {
  return {
    collectionGroup: 'contacts',
    queryScope: 'COLLECTION',
    fields: fields.map((part): IndexField => {
      const [fieldPath = '', mode] = part.split(' ');
      if (mode === 'contains') return { fieldPath, arrayConfig: 'CONTAINS' };
      return { fieldPath, order: mode === 'desc' ? 'DESCENDING' : 'ASCENDING' };
    }),
  };
}
