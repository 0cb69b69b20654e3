import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectionReference, DocumentReference } from '@google-cloud/firestore';
import { db } from '../../src/platform/firestore';

/** Every document of the project, below documents too, by path. */
export async function everyDocument(): Promise<Map<string, object>> {
  const found = new Map<string, object>();
  const visit = async (collections: CollectionReference[]): Promise<void> => {
    for (const collection of collections) {
      const documents: DocumentReference[] = await collection.listDocuments();
      for (const document of documents) {
        const data = (await document.get()).data();
        if (data) found.set(document.path, data);
        await visit(await document.listCollections());
      }
    }
  };
  await visit(await db().listCollections());
  return found;
}

/** Every file of a folder, below it too, by path. */
function everyFile(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path, readFileSync(path, 'latin1')] as const),
  );
}

/** Where one of some texts is found, in any document or file, its path included. */
export async function findTraces(traces: readonly string[], folder: string): Promise<string[]> {
  const documents = [...(await everyDocument())].map(([path, data]) => [
    path,
    JSON.stringify(data),
  ]);
  return [...documents, ...everyFile(folder)].flatMap(([path, content]) =>
    traces
      .filter((trace) => `${path} ${content}`.includes(trace))
      .map((trace) => `${trace} in ${path}`),
  );
}
