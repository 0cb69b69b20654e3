import { archiveAfterDays } from '../params';
import { now } from '../platform/clock';
import { log } from '../platform/log';
import { newId } from '../shared/ids';
import { archivedUntil, newPartition, partitionId } from './rules';
import type { Archived, Partition, PartitionStatus } from './schema';
import { keptMonths, nextMonth } from './plan';
import { step } from './steps';
import { createPartition, listPartitions, readPartition, TakenOver, type Held } from './store';
import { dropPartition, removeStrays } from './tidy';

/** Documents that a run reads or deletes at most: $0.60 at list price, if all are reads. */
const MAX_DOCUMENTS = 2_000_000;

/** What a run came to. */
export interface ArchiveRun {
  /** Partitions that were finished, by id. */
  archived: string[];
  /** Documents that were read or deleted. */
  documents: number;
  /** Documents that changed meanwhile, and stay for a later run. */
  left: number;
  /** Whether nothing is left to do for now; if not, the next run goes on. */
  isComplete: boolean;
}

interface Options {
  /** Instead of the parameter ARCHIVE_MESSAGES_AFTER_DAYS. */
  days?: number;
  /** Documents that are read or deleted at most; 2,000,000 if left out. */
  maxDocuments?: number;
  /** Called after each step. */
  onProgress?: (progress: Progress) => void;
}

/** Where a partition is. */
interface Progress extends Pick<Partition, 'status' | 'count' | 'next'> {
  id: string;
  /** Files. */
  parts: number;
}

const progressOf = (partition: Partition): Progress => {
  const { status, count, next, parts } = partition;
  return { id: partitionId(partition), status, count, next, parts: parts.length };
};

const UNFINISHED: readonly PartitionStatus[] = ['writing', 'written', 'verified', 'deleting'];

/**
 * Moves what is old enough into files, the oldest month first: finishes what was begun, then begins
 * anew. Two runs at once do no harm: the slower one ends. With 0 days nothing is begun.
 *
 * @param end nothing more is begun after this time, epoch ms; the next run goes on
 * @throws AppError `failed-precondition` where a file is damaged: nothing is deleted on its ground
 */
export async function archive(
  archived: Archived,
  end: number,
  { days = archiveAfterDays(), maxDocuments = MAX_DOCUMENTS, onProgress }: Options = {},
): Promise<ArchiveRun> {
  const run: ArchiveRun = { archived: [], documents: 0, left: 0, isComplete: false };
  const runner = newId();
  const mayGoOn = (): boolean => now() < end && run.documents < maxDocuments;
  const finish = async (begun: Held): Promise<Partition> => {
    let held = begun;
    // eslint-disable-next-line recado/no-firestore-in-loops -- a step after the other
    while (isUnfinished(held.partition) && mayGoOn()) {
      const { held: next, documents } = await step(held, runner);
      held = next;
      run.documents += documents;
      onProgress?.(progressOf(held.partition));
    }
    if (isUnfinished(held.partition)) return held.partition;
    run.archived.push(partitionId(held.partition));
    run.left += held.partition.left;
    return held.partition;
  };
  try {
    run.isComplete = await goOn(archived, { days, runner, mayGoOn, finish });
  } catch (error) {
    if (!(error instanceof TakenOver)) throw error;
    log.info('another run goes on with an archive', { collection: archived });
  }
  return run;
}

const isUnfinished = ({ status }: Pick<Partition, 'status'>): boolean =>
  UNFINISHED.includes(status);

interface Work {
  days: number;
  runner: string;
  mayGoOn: () => boolean;
  finish: (held: Held) => Promise<Partition>;
}

/** Gives whether it is through. */
async function goOn(archived: Archived, { days, runner, mayGoOn, finish }: Work): Promise<boolean> {
  const partitions = await listPartitions(archived);
  // eslint-disable-next-line recado/no-firestore-in-loops -- a partition after the other
  for (const listed of partitions) {
    if (!mayGoOn()) return false;
    const isKept = listed.status !== 'restored' || (listed.keepUntil ?? 0) > now();
    // Its documents are where they came from; its month is archived anew.
    if (!isKept) await dropPartition(listed);
    const held = isUnfinished(listed) ? await readPartition(listed) : undefined;
    if (held) await finish(held);
  }
  await removeStrays(archived);
  if (days <= 0) return true;

  const before = archivedUntil(days, now());
  const skipped = keptMonths(partitions, now());
  const numbers = new Map<string, number>();
  for (const { month, n } of partitions) numbers.set(month, Math.max(numbers.get(month) ?? 0, n));
  // eslint-disable-next-line recado/no-firestore-in-loops -- a month after the other
  while (mayGoOn()) {
    const month = await nextMonth(archived, before, skipped);
    if (month === null) return true;
    const n = (numbers.get(month) ?? 0) + 1;
    numbers.set(month, n);
    const partition = newPartition({ collection: archived, month, n }, runner, now());
    const { left } = await finish(await createPartition(partition));
    // What changes all the time is not tried again and again.
    if (left > 0) skipped.add(month);
  }
  return false;
}
