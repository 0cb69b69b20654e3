import { now } from '../platform/clock';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';
import { readPart } from './parts';
import { partitionId } from './rules';
import type { Archived } from './schema';
import { SOURCES } from './sources';
import { advance, listPartitions, readPartition, type Held } from './store';

/** A restored month is left alone for so long. */
const KEEP_MS = 30 * 24 * 60 * 60_000;

/** What a restore came to. */
export interface Restored {
  /** The month's partitions, by id. */
  partitions: string[];
  /** Documents in their files. */
  documents: number;
  /** Those that were not there, and so were brought back; 0 in a dry run. */
  restored: number;
  /** Until when the month is not archived again, epoch ms; `null` in a dry run. */
  keepUntil: number | null;
}

interface Options {
  /** Checks every file and changes nothing. */
  dryRun?: boolean;
  onProgress?: (documents: number) => void;
}

/**
 * Brings a month of a collection back from its files. All of them are checked first; then what is
 * not there is created, and what is there stays as it is. A crash is made up for by calling it
 * again. Costs a write a document.
 *
 * @throws AppError `not-found` where nothing of the month is archived, `failed-precondition` where a
 *   file is damaged, or the month is being archived
 * @throws TakenOver where another restore of it goes on
 */
export async function restore(
  collection: Archived,
  month: string,
  { dryRun = false, onProgress }: Options = {},
): Promise<Restored> {
  const all = (await listPartitions(collection)).filter((listed) => listed.month === month);
  const busy = all.find(({ status }) => !['archived', 'restoring', 'restored'].includes(status));
  if (busy) throw beingArchived(partitionId(busy));
  // eslint-disable-next-line recado/no-firestore-in-loops -- a month has one, seldom a few
  const read = await Promise.all(all.map(readPartition));
  const held = read.filter((found) => found !== undefined && isInFiles(found)) as Held[];
  if (held.length === 0) throw nothingThere(collection, month, all.length > 0);

  for (const { partition } of held) for (const part of partition.parts) await readPart(part);
  const result: Restored = {
    partitions: held.map(({ partition }) => partitionId(partition)),
    documents: held.reduce((sum, { partition }) => sum + partition.count, 0),
    restored: 0,
    keepUntil: null,
  };
  if (dryRun) return result;
  const runner = newId();
  // eslint-disable-next-line recado/no-firestore-in-loops -- a partition after the other
  for (const partition of held) {
    const done = await restorePartition(partition, runner, onProgress);
    result.restored += done.partition.restored;
    result.keepUntil = done.partition.keepUntil;
  }
  return result;
}

const isInFiles = ({ partition }: Held): boolean => partition.status !== 'restored';

async function restorePartition(
  begun: Held,
  runner: string,
  onProgress: Options['onProgress'],
): Promise<Held> {
  const { collection } = begun.partition;
  let held =
    begun.partition.status === 'restoring'
      ? begun
      : await advance(begun, { runner, status: 'restoring', next: 0, restored: 0 });
  // eslint-disable-next-line recado/no-firestore-in-loops -- a part after the other
  for (;;) {
    const { parts, next, restored } = held.partition;
    const part = parts[next];
    if (!part) break;
    const created = await SOURCES[collection].restore(await readPart(part));
    held = await advance(held, { runner, next: next + 1, restored: restored + created });
    onProgress?.(part.count);
  }
  return advance(held, { runner, status: 'restored', keepUntil: now() + KEEP_MS });
}

const beingArchived = (id: string): AppError =>
  new AppError(
    'failed-precondition',
    `${id} is being archived. Wait for the daily schedule to finish it, or run npm run partitions:archive.`,
    { details: { reason: 'being-archived' } },
  );

const nothingThere = (collection: Archived, month: string, isRestored: boolean): AppError =>
  new AppError(
    'not-found',
    isRestored
      ? `${month} of ${collection} is restored already.`
      : `Nothing of ${collection} is archived for ${month}.`,
    { details: { reason: isRestored ? 'restored' : 'not-archived' } },
  );
