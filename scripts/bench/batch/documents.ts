import type { PlainFirestore } from '../plainFirestore.ts';

/** How many documents each helper works on. */
export const COUNT = 1_000;
/** Agents among whom the contacts are divided, 25 each. */
export const OWNERS = Array.from({ length: COUNT / 25 }, (_, n) => `agent${n}`);

export interface Contact {
  name: string;
  phone: string;
  bsuid: string | null;
  tags: string[];
  attributes: Record<string, string>;
  optOut: null;
  owner: string;
  score: number;
  isActive: boolean;
  createdAt: number;
  updatedAt: number;
}

const idOf = (n: number): string => `c${String(n).padStart(5, '0')}`;
export const IDS = Array.from({ length: COUNT }, (_, n) => idOf(n));
const phoneOf = (n: number): string => `+346${String(n).padStart(8, '0')}`;

/** A contact of about the size that real ones have. */
const contactOf = (n: number): Contact => ({
  name: `Contact number ${n}`,
  phone: phoneOf(n),
  bsuid: `ES.${n * 7_919}`,
  tags: ['spring', n % 2 === 0 ? 'vip' : 'regular'],
  attributes: { city: 'Madrid', plan: 'gold', language: 'es' },
  optOut: null,
  owner: OWNERS[Math.floor(n / 25)] as string,
  score: n,
  isActive: true,
  createdAt: 1_790_000_000_000 + n,
  updatedAt: 1_790_000_000_000 + n,
});

/** Writes all contacts into a collection. */
export async function fill(firestore: PlainFirestore, collection: string): Promise<void> {
  const batch = firestore.batch();
  for (const [n, id] of IDS.entries()) {
    batch.set(firestore.collection(collection).doc(id), contactOf(n));
  }
  await batch.commit();
}

/** Deletes everything in a collection. */
export async function empty(firestore: PlainFirestore, collection: string): Promise<void> {
  const { docs } = await firestore.collection(collection).select().get();
  const batch = firestore.batch();
  for (const { ref } of docs) batch.delete(ref);
  if (docs.length > 0) await batch.commit();
}

/** Runs `work`; documents a second. Throws where it did not do all of them. */
export async function documentsPerSecond(work: () => Promise<number>): Promise<{ '': number }> {
  const started = performance.now();
  const done = await work();
  const seconds = (performance.now() - started) / 1_000;
  if (done !== COUNT) throw new Error(`${done} documents instead of ${COUNT}`);
  return { '': COUNT / seconds };
}
