/** The parts of the protocol's StructuredQuery that decide which index can serve it. */
export interface StructuredQuery {
  from?: { collectionId: string; allDescendants?: boolean }[];
  where?: Filter;
  orderBy?: { field: FieldReference; direction?: Direction }[];
}

/** A query as it was sent, with what an aggregation computes over it. */
export interface SentQuery {
  query: StructuredQuery;
  /** The fields of `sum` and `avg`; a `count` needs nothing beyond the query's own index. */
  aggregated: string[];
}

export type Direction = 'ASCENDING' | 'DESCENDING';
export type Scope = 'COLLECTION' | 'COLLECTION_GROUP';

export interface FieldReference {
  fieldPath: string;
}

export interface Filter {
  compositeFilter?: { op: 'AND' | 'OR'; filters: Filter[] };
  fieldFilter?: { field: FieldReference; op: string };
  unaryFilter?: { field: FieldReference; op: string };
}

/** A field of an index: sorted in a direction, or one entry for each member of an array. */
export interface IndexField {
  fieldPath: string;
  order?: Direction;
  arrayConfig?: 'CONTAINS';
}

export interface CompositeIndex {
  collectionGroup: string;
  queryScope: Scope;
  fields: IndexField[];
}

/** Replaces the indexes that Firestore keeps of a field by itself; `[]`: none. */
export interface FieldOverride {
  collectionGroup: string;
  fieldPath: string;
  /** Firestore deletes documents when the time in the field, a timestamp, has come. */
  ttl?: boolean;
  indexes: { order?: Direction; arrayConfig?: 'CONTAINS'; queryScope: Scope }[];
}

/** The content of firestore.indexes.json. */
export interface Declared {
  indexes: CompositeIndex[];
  fieldOverrides: FieldOverride[];
}

/** The document's id, by which every index is sorted in the end. */
export const KEY = '__name__';
