import { CLIENT_QUERIES, type ClientQuery } from './clientQueries.ts';
import { COLLECTIONS, TEST_COLLECTIONS } from './collections.ts';
import { describeIndex, describeShape } from './describe.ts';
import { serve, type Service } from './serve.ts';
import { shapeKey, shapesOf, type Shape } from './shape.ts';
import type { CompositeIndex, Declared, SentQuery } from './types.ts';

/** A shape of query, who asks it, and what serves it. */
export interface Row {
  shape: Shape;
  /** How often it is in the logs. */
  logged: number;
  /** Which of the apps' queries have it. */
  clients: string[];
  service: Service;
}

export interface Comparison {
  rows: Row[];
  /** Declared indexes that serve nothing. */
  unused: CompositeIndex[];
  /** Collections that are neither the data model's nor the tests'. */
  unknown: string[];
  ok: boolean;
}

/** Collects shapes of queries, as many as there may be of each. */
export class Shapes {
  readonly #rows = new Map<string, Omit<Row, 'service'>>();

  addLogged(query: SentQuery): void {
    for (const shape of shapesOf(query)) this.#row(shape).logged++;
  }

  addClient({ query, why }: ClientQuery): void {
    for (const shape of shapesOf({ query, aggregated: [] })) this.#row(shape).clients.push(why);
  }

  /** By collection, in alphabetical order. */
  rows(): Omit<Row, 'service'>[] {
    const name = ({ shape }: { shape: Shape }): string => describeShape(shape);
    return [...this.#rows.values()].sort((a, b) => name(a).localeCompare(name(b)));
  }

  #row(shape: Shape): Omit<Row, 'service'> {
    const key = shapeKey(shape);
    const row = this.#rows.get(key) ?? { shape, logged: 0, clients: [] };
    this.#rows.set(key, row);
    return row;
  }
}

/** Holds what is asked against what is declared. */
export function compare(shapes: Shapes, declared: Declared): Comparison {
  const asked = shapes.rows().filter(({ shape }) => !TEST_COLLECTIONS.includes(shape.collection));
  const rows = asked.map((row): Row => ({ ...row, service: serve(row.shape, declared) }));
  const used = new Set(
    rows.flatMap(({ service }) => (service.by === 'composite' ? service.indexes : [])),
  );
  const unused = declared.indexes.filter((index) => !used.has(index));
  const collections = [...rows.map(({ shape }) => shape.collection), ...collectionsOf(declared)];
  const unknown = [...new Set(collections)].filter((name) => !COLLECTIONS.includes(name));
  const served = rows.every(({ service }) => service.by !== 'nothing');
  return { rows, unused, unknown, ok: served && unused.length === 0 && unknown.length === 0 };
}

/** What the declarations are about; an exemption for a misspelled collection exempts nothing. */
const collectionsOf = ({ indexes, fieldOverrides }: Declared): string[] =>
  [...indexes, ...fieldOverrides].map(({ collectionGroup }) => collectionGroup);

/** The shapes of the apps' queries. */
export function clientShapes(): Shapes {
  const shapes = new Shapes();
  for (const query of CLIENT_QUERIES) shapes.addClient(query);
  return shapes;
}

/** What is wrong, and what to write where; empty if nothing is. */
export function problemsIn({ rows, unused, unknown }: Comparison): string[] {
  return [
    ...rows.flatMap(({ shape, service }) =>
      service.by === 'nothing' ? [problemOf(shape, service)] : [],
    ),
    ...unused.map(
      (index) =>
        `No query uses ${describeIndex(index)}: remove it from firestore.indexes.json, or list ` +
        "the apps' query that does in scripts/indexes/clientQueries.ts.",
    ),
    ...unknown.map(
      (name) => `${name} is no collection of scripts/indexes/collections.ts: add it there.`,
    ),
  ];
}

function problemOf(shape: Shape, { lack }: Service & { by: 'nothing' }): string {
  const query = describeShape(shape);
  switch (lack.kind) {
    case 'composite':
      return (
        `No index serves ${query}. Add to "indexes" in firestore.indexes.json:\n` +
        JSON.stringify(lack.wanted)
      );
    case 'single-field':
      return shape.scope === 'COLLECTION'
        ? `${query} needs ${lack.fields.join(', ')}, which "fieldOverrides" in ` +
            'firestore.indexes.json exempts from indexing.'
        : `${query} needs ${lack.fields.join(', ')} indexed across all ${shape.collection}: add ` +
            '"fieldOverrides" with the queryScope COLLECTION_GROUP to firestore.indexes.json.';
    case 'impossible':
      return `${query}: Firestore does not read a collection by descending ids.`;
  }
}
