import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { storage, type Entry } from '../platform/storage';
import { mapConcurrently } from '../shared/async';
import type { Archived, Partition } from './schema';
import { readPartition, removePartition, type Listed } from './store';

const CONCURRENCY = 10;
/** Whoever wrote a file has noted it by then, or died. */
const STRAY_MS = 60 * 60_000;

/**
 * Removes a partition as it was listed: what is known of it, then its files. What a crash leaves in
 * between is in no partition, and goes as such. One that is not as it was listed stays.
 */
export async function dropPartition(listed: Listed): Promise<void> {
  const held = await readPartition(listed);
  if (!held) return;
  const { status, createdAt, parts } = held.partition;
  // Its name may be another's by now.
  if (status !== listed.status || createdAt !== listed.createdAt) return;
  try {
    await commit([removePartition(held)]);
  } catch (error) {
    if (isConflict(error)) return;
    throw error;
  }
  await mapConcurrently(parts, CONCURRENCY, ({ path }) => storage().remove(path));
}

/**
 * Removes files that are in no partition: what a crash left between a file and its record, or a step
 * that was too slow. Costs a listing for 1,000 files, and a read for each partition.
 *
 * @param at what is older than an hour then is looked at; epoch ms
 * @returns how many
 */
export async function removeStrays(archived: Archived, at: number = now()): Promise<number> {
  const known = new Map<string, Set<string>>();
  let removed = 0;
  let after: string | undefined;
  do {
    const page: Entry[] = await storage().list(`archive/${archived}`, { after });
    const old = page.filter(({ updatedAt }) => updatedAt < at - STRAY_MS);
    const folders = new Set(old.map(({ path }) => folderIn(path)));
    // eslint-disable-next-line recado/no-firestore-in-loops -- a folder is a partition, and has many files
    await mapConcurrently(
      [...folders].filter((folder) => !known.has(folder)),
      CONCURRENCY,
      async (folder) => {
        const held = await readPartition(partitionIn(archived, folder));
        known.set(folder, new Set(held?.partition.parts.map(({ path }) => path)));
      },
    );
    const strays = old.filter(({ path }) => !known.get(folderIn(path))?.has(path));
    await mapConcurrently(strays, CONCURRENCY, ({ path }) => storage().remove(path));
    removed += strays.length;
    after = page.at(-1)?.path;
  } while (after !== undefined);
  return removed;
}

const folderIn = (path: string): string => path.split('/').at(-2) ?? '';

function partitionIn(
  collection: Archived,
  folder: string,
): Pick<Partition, 'collection' | 'month' | 'n'> {
  const [month = '', n] = folder.split('_');
  return { collection, month, n: Number(n) };
}
