import { inspect } from 'node:util';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import { openCheckpoints, rehearsal, RUNS, type Checkpoint } from './checkpoint';
import { cleanPages, readPage } from './cleanPages';
import type { CleanupState } from './cleanStep';
import { checkId, type Collection } from './collection';
import { countOf } from './count';
import type { Subcollections } from './descent';
import { Stopped } from './errors';
import { checkPageSize, type BatchOptions } from './options';
import { nameOfQuery, orderOf, splitLists, toQuery, type QuerySpec } from './querySpec';
import { startRun, unbounded, type Run } from './run';

interface CleanupOptions extends BatchOptions {
  /**
   * Under which its place is kept (`batchRuns/{name}`); left out, one made of the collection and
   * the criteria without their values. Clean-ups that differ in values only and go on at the same
   * time need names.
   */
  name?: string;
  /**
   * What lies below each document: names, where the schema knows them; `[]` for nothing. Left out,
   * every document, also below, is asked for its sub-collections, at any depth.
   */
  subcollections?: Subcollections;
  /** Ends after so many deletions, of documents above and below; the next call goes on. */
  maxDeletes?: number;
  /** Deletes nothing and keeps no place; the figures are those that a whole run would have. */
  dryRun?: boolean;
  /** Documents a page; 1,000 if left out, 5,000 at most. */
  pageSize?: number;
}

/** What a clean-up came to, over all the runs that it took. */
export interface CleanupReport {
  /** Documents of the collection that were deleted. */
  deleted: number;
  /** Documents below them that were deleted. */
  below: number;
  /** Documents that changed between being found and being deleted, and so were left. */
  kept: number;
  /** Whether it is through; if not, calling it again goes on from here. */
  isComplete: boolean;
  stoppedBy: Stopped['reason'] | 'maxDeletes' | null;
  /** Documents that fulfil the criteria now; 0 where it came through and kept none. */
  remaining: number;
}

const PAGE_SIZE = 1_000;
/** Asking for sub-collections takes a request a document. */
const CONCURRENCY = 32;
const EMPTY: CleanupState = { cursor: null, deleted: 0, below: 0, kept: 0 };

/**
 * Deletes the documents that a query finds, with everything below them.
 *
 * - In pages; what lies below a document goes before it or with it, so a crash leaves no orphans.
 *   The next page is read while the one before is deleted.
 * - Deletions and the place behind them are one commit: whatever crashes, the same call goes on and
 *   the figures are exact. It goes on behind what it deleted, where queries are slow.
 * - A document that changed since it was found is left, since it may not be meant any more, and
 *   what lies below it too (but for what had to go ahead, where that is over 1,000 documents). What
 *   is written below a document while it is deleted stays.
 * - Bounded by `deadline`, `signal` and `maxDeletes`; it then reports `isComplete: false`.
 * - Costs a read and a delete a document, a write for 1,000 of them, a read each for asking what is
 *   below. Where the sub-collections are not named, what is below is read twice.
 * - Once through, the next call begins anew, as does one with other values.
 *
 * @param criteria a range is over one field, and decides the order; lists have at most 30 values
 * @throws ItemError that names the document which cannot be deleted
 * @throws AppError `aborted` where another run of it goes on (this one ends, the other does not
 *   notice), `invalid-argument` for criteria that are more than one query
 * @throws Stopped where the time is over before it has found its place
 * @example
 * const { isComplete, deleted } = await batchCleanup(
 *   deadLetters,
 *   { where: [['createdAt', '<', now() - 90 * DAY]] },
 *   { subcollections: ['parts'], deadline: now() + 8 * 60_000, maxDeletes: 100_000 },
 * );
 */
export async function batchCleanup<T extends object>(
  { path }: Collection<T>,
  criteria: QuerySpec,
  options: CleanupOptions = {},
): Promise<CleanupReport> {
  const { subcollections = 'all', maxDeletes = Number.POSITIVE_INFINITY } = options;
  const pageSize = checkPageSize(options.pageSize ?? PAGE_SIZE);
  const order = orderOf([criteria], undefined);
  const run = startRun({ concurrency: CONCURRENCY, ...options });
  const spec = onlyOne(criteria);
  if (!spec) return { ...figures(EMPTY), isComplete: true, stoppedBy: null, remaining: 0 };

  const query = toQuery(path, spec, order);
  const reading = { run, query, order, pageSize };
  const [checkpoint, beginning] = await Promise.all([
    options.dryRun ? rehearsal(EMPTY) : open(run, path, spec, options.name),
    // Most clean-ups begin at the beginning; for those that go on it is read in vain.
    maxDeletes > 0 ? readPage(reading, query, maxDeletes) : undefined,
    options.onProgress && countOf(run, query).then((total) => run.expect(total)),
  ]);
  const work = { ...reading, checkpoint, beginning, maxDeletes, subcollections, spent: 0 };
  const stoppedBy = await cleanPages(work).catch((error: unknown) => {
    if (error instanceof Stopped) return error.reason;
    throw error;
  });
  const { isDone: isComplete, state } = checkpoint;
  const isClean = isComplete && !options.dryRun && state.kept === 0;
  // The time may be over now; one count is little, and the figure is what a report is for.
  const remaining = isClean ? 0 : await countOf(unbounded(run), query);
  return { ...figures(state), isComplete, stoppedBy, remaining };
}

/** The criteria as one query; none if nothing fulfils them. */
function onlyOne(criteria: QuerySpec): QuerySpec | undefined {
  const [spec, second] = splitLists(criteria);
  if (!second) return spec;
  throw new AppError(
    'invalid-argument',
    'The criteria of a clean-up have lists of at most 30 values.',
  );
}

async function open(
  run: Run,
  path: string,
  spec: QuerySpec,
  name = `cleanup-${hashId(nameOfQuery(path, spec))}`,
): Promise<Checkpoint<CleanupState>> {
  checkId(RUNS, name);
  // Values may be somebody's number; only whether they are the same matters.
  const values = hashId(inspect(spec.where, { depth: null, maxArrayLength: null }));
  const job = `clean-up of ${nameOfQuery(path, spec)} (${values})`;
  const [checkpoint] = await openCheckpoints<CleanupState>(run, [
    { name, job, initial: EMPTY, restart: ({ isDone, isOther }) => isDone || isOther },
  ]);
  return checkpoint as Checkpoint<CleanupState>;
}

const figures = ({ deleted, below, kept }: CleanupState) => ({ deleted, below, kept });
