import { AppError } from '../shared/errors';
import { openCheckpoints, rehearsal, RUNS, type Checkpoint } from './checkpoint';
import { checkId, collectionRef, type Collection } from './collection';
import { compareTexts } from './compare';
import { countOf } from './count';
import { Stopped } from './errors';
import type { Transform } from './migrated';
import { migrateLane, readPage, type Lane, type LaneState, type Range } from './migrateLane';
import { checkPageSize, type BatchOptions } from './options';
import { startRun, unbounded, type Run } from './run';
import { verify, type Verification } from './verification';

export type { Migrated, Transform } from './migrated';

interface MigrationOptions extends BatchOptions {
  /** The migration's name, under which its place is kept (`batchRuns/{name}`). */
  name: string;
  /**
   * Reads and transforms everything and checks what it gives, all but the size of documents;
   * writes nothing and keeps no place.
   */
  dryRun?: boolean;
  /** Documents a page, of which two are in memory; 1,000 if left out, 5,000 at most. */
  pageSize?: number;
  /**
   * Ids, in their order, at which the work is divided into parts that go on side by side, each with a place of its
   * own: `['4', '8', 'c']` makes four equal parts of hexadecimal ids.
   */
  splitAt?: readonly string[];
  /**
   * Merge into documents of the target that exist, instead of replacing them. Not within one
   * collection: there, give the whole document.
   */
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
  verification?: Verification;
}

const PAGE_SIZE = 1_000;

/**
 * Passes every document of a collection through a function and writes what it gives, into another
 * collection or back into the same.
 *
 * - Pages in the order of ids; reads the next while it writes the one before.
 * - A page's writes and the place after it are one commit: after a crash the same call goes on, and
 *   no page is done twice, even if the function is no pure one in what it gives (increments count
 *   once). A second run at the same time is refused.
 * - In the same collection, each write demands the version that was read; a document that changed
 *   meanwhile is read and transformed again, so nobody's change is lost. Between two collections, a
 *   change of the source after it was read is not seen.
 * - A commit has 1,000 documents and 3.5 MiB at most (more only where a single one becomes more).
 *   Documents that come while it runs are seen if their id is still ahead.
 * - At the deadline or an abort it returns a report with `isComplete: false`.
 * - Once through, calling it again does nothing but report.
 * - Costs a read and a write a document and a write for 1,000 of them; a call that goes on, or
 *   finds nothing left to do, reads a page more.
 *
 * @param transform gives the new document, several (each with an id), or null for none
 * @throws ItemError that names the document which cannot be transformed or stored; what came
 *   before it is written, and after a repair the same call goes on
 * @throws AppError `failed-precondition` where the name belongs to another migration, `aborted`
 *   where another run of it goes on (this one ends, the other does not notice)
 * @throws Stopped where the time is over before it has found its place
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
  const { dryRun = false, merge = false, splitAt = [], skipFailures = false } = options;
  const pageSize = checkPageSize(options.pageSize ?? PAGE_SIZE);
  const isInPlace = collectionRef(source.path).path === collectionRef(target.path).path;
  checkOptions(source.path, options, isInPlace);
  const run = startRun(options);
  const reading = { run, source, pageSize };
  const ranges = rangesOf(splitAt);
  const [checkpoints, beginnings, targetCount] = await Promise.all([
    dryRun ? rehearsals(splitAt.length + 1) : open(run, source.path, target.path, options),
    // Most migrations begin at the beginning; for those that go on it is read in vain.
    Promise.all(ranges.map((range) => readPage({ ...reading, ...range }, null))),
    dryRun || isInPlace ? 0 : countOf(run, collectionRef(target.path)),
    options.onProgress &&
      countOf(run, collectionRef(source.path)).then((total) => run.expect(total)),
  ]);
  run.advance(totalOf(checkpoints, 'read'));
  const first = checkpoints[0] as Checkpoint<LaneState>;
  await keepTargetCount(first, targetCount, checkpoints.length);

  const lanes = checkpoints.map((checkpoint, index): Lane<S, T> => ({
    ...reading,
    ...(ranges[index] as Range),
    ...{ target, transform, isInPlace, merge, skipFailures },
    checkpoint,
    beginning: beginnings.shift(),
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
    // The time may be over now; two counts are little, and the figures are what a report is for.
    verification: await verify(unbounded(run), {
      ...report,
      source: source.path,
      target: isInPlace ? undefined : target.path,
      targetBefore: first.state.targetBefore ?? 0,
    }),
  };
}

function checkOptions(
  path: string,
  { name, splitAt = [], merge = false }: MigrationOptions,
  isInPlace: boolean,
): void {
  checkId(RUNS, name);
  for (const [index, id] of splitAt.entries()) {
    checkId(path, id);
    const before = splitAt[index - 1];
    if (before !== undefined && compareTexts(before, id) >= 0) {
      throw new AppError('invalid-argument', `"splitAt" is not in order: ${before}, ${id}`);
    }
  }
  if (merge && isInPlace) {
    throw new AppError(
      'invalid-argument',
      'Within a collection nothing is merged: give the whole document, as `{ ...data, … }`.',
    );
  }
}

const rangesOf = (splitAt: readonly string[]): Range[] =>
  [undefined, ...splitAt].map((from, index) => ({ from, upTo: splitAt[index] }));

/** How much was there before has to be known in the end, whoever gets there. */
async function keepTargetCount(
  first: Checkpoint<LaneState>,
  targetBefore: number,
  lanes: number,
): Promise<void> {
  if (first.state.targetBefore !== null) return;
  // The first step keeps it; where another lane may change the count before that, this one does.
  if (lanes === 1) first.state.targetBefore = targetBefore;
  else await first.step([], { ...first.state, targetBefore });
}

function open(
  run: Run,
  source: string,
  target: string,
  { name, splitAt = [] }: MigrationOptions,
): Promise<Checkpoint<LaneState>[]> {
  const job = `migration ${name} of ${source} into ${target}, split at [${splitAt.join(', ')}]`;
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
