import { db } from '../../src/platform/firestore';
import type { BatchOptions } from '../../src/batch/options';

/** Everything below a path, by path: what two runs have to agree on. */
export async function dump(...collections: string[]): Promise<Record<string, unknown>> {
  const groups = await Promise.all(collections.map((name) => db().collectionGroup(name).get()));
  const entries = groups.flatMap(({ docs }) =>
    docs.map((doc) => [doc.ref.path, doc.data()] as const),
  );
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function seed(documents: Record<string, object>): Promise<void> {
  const all = Object.entries(documents);
  for (let at = 0; at < all.length; at += 500) {
    const batch = db().batch();
    for (const [path, data] of all.slice(at, at + 500)) batch.set(db().doc(path), data);
    await batch.commit();
  }
}

/** No waits between attempts, and little patience with an answer that never comes. */
export const FAST: BatchOptions = {
  backoff: { base: 0, factor: 1, max: 0 },
  requestTimeoutMs: 400,
};

/** Where requests are counted, none may be sent again because the machine is busy. */
export const PATIENT: BatchOptions = { ...FAST, requestTimeoutMs: 60_000 };

export const pad = (n: number): string => String(n).padStart(5, '0');
