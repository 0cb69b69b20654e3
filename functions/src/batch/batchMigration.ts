import { checkId, collectionRef, type Collection } from './collection';
import { openCheckpoints, rehearsal, RUNS, type Checkpoint } from './checkpoint';
import { countOf } from './count';
import { Stopped } from './errors';
import { migrateLane, type Lane, type LaneState, type Transform } from './migrateLane';
import type { BatchOptions } from './options';
import { startRun, type Run } from './run';

export type { Migrated, Transform } from './migrateLane';

interface MigrationOptions extends BatchOptions {
  /** The migration's name, under which its place is kept (`batchRuns/{name}`). */
  name: string;
  /** Reads and transforms everything, checks the data, writes nothing and keeps no place. */
  dryRun?: boolean;
  /** Documents a page, and so a commit; 500 if left out. */
  pageSize?: number;
  /**
   * Ids at which the work is divided into parts that go on side by side, each with a place of its
   * own: `['4', '8', 'c']` makes four equal parts of hexadecimal ids.
   */
  splitAt?: readonly string[];
  /** Merge into documents of the target that exist, instead of replacing them. */
  merge?: boolean;
  /** Pass over documents that cannot be transformed or stored, and tell which; else stop there. */
  skipFailures?: boolean;
}

/** What a migration came to, over all of its runs. */
export interface MigrationReport {
  read: number;
  written: number;
  /** Those for which the transformation gave nothing. */
  skipped: number;
  failed: number;
  /** The first of those that failed, with the reason. */
  failures: { id: string; reason: string }[];
  /** Whether it is through; if not, calling it again goes on from here. */
  isComplete: boolean;
  stoppedBy: Stopped['reason'] | null;
  /** Present when it is through and wrote. */
  verification?: {
    /** Documents in the source now; differs from `read` where some came or went meanwhile. */
    source: number;
    /** Documents in the target now. */
    target: number;
    /** Written ones that replaced a document which was there before. */
    replaced: number;
    /** Whether everything in the source was read and everything written is there. */
    isSound: boolean;
  };
}

const PAGE_SIZE = 500;

/**
 * Passes every document of a collection through a function and writes what it gives, into another
 * collection or back into the same.
 *
 * - Pages in the order of ids; reads the next while it writes the one before.
 * - A page's writes and the place after it are one commit: after a crash the same call goes on, and
 *   no page is done twice, even if the function is no pure one in what it gives (increments count
 *   once). A second run at the same time is refused.
 * - In the same collection, each write demands the version that was read; a document that changed
 *   meanwhile is read and transformed again, so nobody's change is lost.
 * - A commit has 500 documents and 3.5 MiB at most. Documents that come while it runs are seen if
 *   their id is still ahead.
 * - Once through, calling it again does nothing but report.
 *
 * @param transform gives the new document, several (each with an id), or null for none
 * @throws ItemError that names the document which cannot be transformed or stored; what came
 *   before it is written, and after a repair the same call goes on
 * @throws AppError `failed-precondition` where the name belongs to another migration, `aborted`
 *   where another run of it goes on
 * @example
 * const report = await batchMigration(contacts, contacts, ({ data }) => (
 *   data.tags ? null : { data: { ...data, tags: [] } }
 * ), { name: 'contacts-tags', deadline: now() + 25 * 60_000, onProgress: (p) => log.info('tags', p) });
 * if (!report.isComplete) …call again; if (!report.verification?.isSound) …look
 */
export async function batchMigration<S extends object, T extends object>(
  source: Collection<S>,
  target: Collection<T>,
  transform: Transform<S, T>,
  options: MigrationOptions,
): Promise<MigrationReport> {
  const { name, dryRun = false, splitAt = [], pageSize = PAGE_SIZE } = options;
  checkId(RUNS, name);
  const run = startRun(options);
  const isInPlace = source.path === target.path;
  const [checkpoints, sourceCount, targetCount] = await Promise.all([
    dryRun ? rehearsals(splitAt.length + 1) : open(run, source.path, target.path, name, splitAt),
    countOf(run, collectionRef(source.path)),
    dryRun || isInPlace ? 0 : countOf(run, collectionRef(target.path)),
  ]);
  run.expect(sourceCount);
  run.advance(totalOf(checkpoints, 'read'));
  const first = checkpoints[0] as Checkpoint<LaneState>;
  if (first.state.targetBefore === null) {
    const state = { ...first.state, targetBefore: targetCount };
    // With several lanes, it has to be kept before another one changes the count.
    if (checkpoints.length > 1 && !dryRun) await first.step([], state);
    else first.state.targetBefore = targetCount;
  }

  const lanes = checkpoints.map((checkpoint, index): Lane<S, T> => ({
    run,
    source,
    target,
    transform,
    checkpoint,
    after: splitAt[index - 1],
    upTo: splitAt[index],
    pageSize: Math.min(pageSize, run.burst),
    isInPlace,
    merge: options.merge ?? false,
    skipFailures: options.skipFailures ?? false,
  }));
  const ends = await Promise.allSettled(lanes.map(migrateLane));
  let stoppedBy: Stopped['reason'] | null = null;
  for (const end of ends) {
    if (end.status === 'fulfilled') continue;
    if (!(end.reason instanceof Stopped)) throw end.reason;
    stoppedBy = end.reason.reason;
  }

  const isComplete = checkpoints.every(({ isDone }) => isDone);
  const report: MigrationReport = {
    read: totalOf(checkpoints, 'read'),
    written: totalOf(checkpoints, 'written'),
    skipped: totalOf(checkpoints, 'skipped'),
    failed: totalOf(checkpoints, 'failed'),
    failures: checkpoints.flatMap(({ state }) => state.failures),
    isComplete,
    stoppedBy,
  };
  if (!isComplete || dryRun) return report;
  return {
    ...report,
    verification: await verify(
      run,
      source.path,
      target.path,
      report,
      first.state.targetBefore ?? 0,
    ),
  };
}

function open(
  run: Run,
  source: string,
  target: string,
  name: string,
  splitAt: readonly string[],
): Promise<Checkpoint<LaneState>[]> {
  const job = `migration of ${source} into ${target}, split at [${splitAt.join(', ')}]`;
  const names = [name, ...splitAt.map((_, index) => `${name}.${index + 1}`)];
  return openCheckpoints<LaneState>(
    run,
    names.map((checkpoint) => ({
      name: checkpoint,
      job,
      initial: emptyState(),
      restart: () => false,
    })),
  );
}

const rehearsals = (count: number): Checkpoint<LaneState>[] =>
  Array.from({ length: count }, () => rehearsal(emptyState()));

const emptyState = (): LaneState => ({
  after: null,
  read: 0,
  written: 0,
  skipped: 0,
  failed: 0,
  failures: [],
  targetBefore: null,
});

const totalOf = (
  checkpoints: readonly Checkpoint<LaneState>[],
  figure: 'read' | 'written' | 'skipped' | 'failed',
): number => checkpoints.reduce((sum, { state }) => sum + state[figure], 0);

async function verify(
  run: Run,
  sourcePath: string,
  targetPath: string,
  { read, written }: MigrationReport,
  targetBefore: number,
): Promise<NonNullable<MigrationReport['verification']>> {
  const isInPlace = sourcePath === targetPath;
  const [source, target] = await Promise.all([
    countOf(run, collectionRef(sourcePath)),
    isInPlace ? undefined : countOf(run, collectionRef(targetPath)),
  ]);
  const replaced = target === undefined ? written : written - (target - targetBefore);
  const isSound =
    source === read && replaced >= 0 && replaced <= (target === undefined ? read : targetBefore);
  return { source, target: target ?? source, replaced, isSound };
}
