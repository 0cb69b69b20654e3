import type { CollectionReference, DocumentReference } from '@google-cloud/firestore';
import { mapConcurrently } from '../shared/async';
import { NAME } from './querySpec';
import type { Run } from './run';

/** The names of what lies below documents, or that each is to be asked. */
export type Subcollections = readonly string[] | 'all';

const PAGE = 500;
const AT_ONCE = 32;

/**
 * The paths of what lies below a document, children before their parents, a part at a time: nothing
 * is read before it is asked for, so whoever deletes it has little of it in memory.
 *
 * @param subcollections names: these, directly below it. `'all'`: whatever there is, at any depth,
 *   also below documents that do not exist themselves
 */
export function below(
  run: Run,
  subcollections: Subcollections,
  document: DocumentReference,
): AsyncGenerator<string[]> {
  return subcollections === 'all'
    ? everythingBelow(run, document)
    : namedBelow(run, subcollections, document);
}

async function* namedBelow(
  run: Run,
  names: readonly string[],
  document: DocumentReference,
): AsyncGenerator<string[]> {
  for (const name of names) {
    for await (const page of pagesOf(run, document.collection(name))) {
      yield page.map(({ path }) => path);
    }
  }
}

async function* everythingBelow(
  run: Run,
  document: DocumentReference,
  collections?: CollectionReference[],
): AsyncGenerator<string[]> {
  for (const collection of collections ?? (await collectionsOf(run, document))) {
    const seen = new Set<string>();
    for await (const page of pagesOf(run, collection)) {
      for (const { id } of page) seen.add(id);
      yield* everythingBelowAll(run, page);
      yield page.map(({ path }) => path);
    }
    // Only a list shows documents that do not exist but have something below them.
    const listed = await run.request('a list of documents', 1, () => collection.listDocuments());
    yield* everythingBelowAll(
      run,
      listed.filter(({ id }) => !seen.has(id)),
    );
  }
}

async function* everythingBelowAll(
  run: Run,
  documents: DocumentReference[],
): AsyncGenerator<string[]> {
  const collections = await mapConcurrently(documents, AT_ONCE, (child) =>
    collectionsOf(run, child),
  );
  for (const [index, child] of documents.entries()) {
    yield* everythingBelow(run, child, collections[index]);
  }
}

const collectionsOf = (run: Run, document: DocumentReference): Promise<CollectionReference[]> =>
  run.request('a list of sub-collections', 1, () => document.listCollections());

async function* pagesOf(
  run: Run,
  collection: CollectionReference,
): AsyncGenerator<DocumentReference[]> {
  let query = collection.select().orderBy(NAME).limit(PAGE);
  for (;;) {
    const { docs } = await run.request('a page of a sub-collection', 1, () => query.get());
    if (docs.length > 0) yield docs.map(({ ref }) => ref);
    const last = docs.at(-1);
    if (!last || docs.length < PAGE) return;
    query = query.startAfter(last.id);
  }
}
