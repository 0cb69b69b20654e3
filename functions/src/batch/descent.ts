import type { CollectionReference, DocumentReference } from '@google-cloud/firestore';
import { NAME } from './querySpec';
import type { Run } from './run';

/** The names of what lies below documents, or that each is to be asked. */
export type Subcollections = readonly string[] | 'all';

const PAGE = 500;

/**
 * Finds what lies below a document, at any depth: paths, children before their parents. Much of it
 * is not gathered but given to `deleteNow` as it comes, so memory stays small.
 */
export function createDescent(
  run: Run,
  subcollections: Subcollections,
  deleteNow: (paths: string[]) => Promise<void>,
): (document: DocumentReference) => Promise<string[]> {
  const collectionsOf = async (document: DocumentReference): Promise<CollectionReference[]> => {
    if (subcollections !== 'all') return subcollections.map((name) => document.collection(name));
    return run.request('a list of sub-collections', 1, () => document.listCollections());
  };

  const descend = async (document: DocumentReference): Promise<string[]> => {
    const paths: string[] = [];
    for (const collection of await collectionsOf(document)) {
      let query = collection.select().orderBy(NAME).limit(PAGE);
      for (;;) {
        const page = query;
        const { docs } = await run.request('a page of a sub-collection', 1, () => page.get());
        // Named sub-collections are those of the top; what may lie deeper is not known by name.
        const deeper =
          subcollections === 'all' ? await Promise.all(docs.map(({ ref }) => descend(ref))) : [];
        paths.push(...docs.flatMap(({ ref }, index) => [...(deeper[index] ?? []), ref.path]));
        const last = docs.at(-1);
        if (paths.length >= PAGE) await deleteNow(paths.splice(0));
        if (docs.length < PAGE || !last) break;
        query = query.startAfter(last.id);
      }
    }
    return paths;
  };
  return descend;
}
