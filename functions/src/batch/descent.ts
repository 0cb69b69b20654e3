import type { CollectionReference, DocumentReference } from '@google-cloud/firestore';
import { mapConcurrently } from '../shared/async';
import { NAME } from './querySpec';
import type { Run } from './run';

/** The names of what lies below documents, or that each is to be asked. */
export type Subcollections = readonly string[] | 'all';

/** How to look for what lies below documents. */
export interface Descent {
  run: Run;
  subcollections: Subcollections;
  /** How many documents below are at most wanted. */
  maxDeletes: number;
}

const PAGE = 500;
const AT_ONCE = 32;

/**
 * The paths of what lies below a document, children before their parents, a part at a time: nothing
 * is read before it is asked for, so whoever deletes it has little of it in memory.
 *
 * Named sub-collections are those directly below it. With `'all'` it is whatever there is, at any
 * depth, also below documents that do not exist themselves.
 */
export function below(
  { run, subcollections, maxDeletes }: Descent,
  document: DocumentReference,
): AsyncGenerator<string[]> {
  const size = Math.min(PAGE, maxDeletes);
  return subcollections === 'all'
    ? everythingBelow({ run, size }, document)
    : namedBelow({ run, size }, subcollections, document);
}

interface Reading {
  run: Run;
  /** Documents a page. */
  size: number;
}

async function* namedBelow(
  reading: Reading,
  names: readonly string[],
  document: DocumentReference,
): AsyncGenerator<string[]> {
  for (const name of names) {
    for await (const page of pagesOf(reading, document.collection(name))) {
      yield page.map(({ path }) => path);
    }
  }
}

async function* everythingBelow(
  reading: Reading,
  document: DocumentReference,
  collections?: CollectionReference[],
): AsyncGenerator<string[]> {
  for (const collection of collections ?? (await collectionsOf(reading, document))) {
    const seen = new Set<string>();
    for await (const page of pagesOf(reading, collection)) {
      for (const { id } of page) seen.add(id);
      yield* everythingBelowAll(reading, page);
      yield page.map(({ path }) => path);
    }
    // Only a list shows documents that do not exist but have something below them.
    const listed = await reading.run.request('a list of documents', 1, () =>
      collection.listDocuments(),
    );
    yield* everythingBelowAll(
      reading,
      listed.filter(({ id }) => !seen.has(id)),
    );
  }
}

async function* everythingBelowAll(
  reading: Reading,
  documents: DocumentReference[],
): AsyncGenerator<string[]> {
  const collections = await mapConcurrently(documents, AT_ONCE, (child) =>
    collectionsOf(reading, child),
  );
  for (const [index, child] of documents.entries()) {
    yield* everythingBelow(reading, child, collections[index]);
  }
}

const collectionsOf = (
  { run }: Reading,
  document: DocumentReference,
): Promise<CollectionReference[]> =>
  run.request('a list of sub-collections', 1, () => document.listCollections());

async function* pagesOf(
  { run, size }: Reading,
  collection: CollectionReference,
): AsyncGenerator<DocumentReference[]> {
  let query = collection.select().orderBy(NAME).limit(size);
  for (;;) {
    const { docs } = await run.request('a page of a sub-collection', 1, () => query.get());
    if (docs.length > 0) yield docs.map(({ ref }) => ref);
    const last = docs.at(-1);
    if (!last || docs.length < size) return;
    query = query.startAfter(last.id);
  }
}
