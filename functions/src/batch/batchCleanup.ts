import { AppError } from '../shared/errors';
import { openCheckpoints, RUNS, type Checkpoint } from './checkpoint';
import { cleanPages, type Cleanup, type CleanupState } from './cleanPages';
import { checkId, type Collection } from './collection';
import { countOf } from './count';
import type { Subcollections } from './descent';
import { Stopped } from './errors';
import type { BatchOptions } from './options';
import { orderOf, splitLists, toQuery, type QuerySpec } from './querySpec';
import { startRun } from './run';

interface CleanupOptions extends BatchOptions {
  /** Under which its place is kept (`batchRuns/{name}`); left out, a name made of the collection's. */
  name?: string;
  /**
   * What lies below each document: names, where the schema knows them; `[]` for nothing. Left out,
   * every document is asked for its sub-collections, which costs a read each.
   */
  subcollections?: Subcollections;
  /** Ends after so many deletions, of documents above and below; the next call goes on. */
  maxDeletes?: number;
  /** Only counts what would be deleted. */
  dryRun?: boolean;
  /** Documents a page, and so a commit; 500 if left out. */
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
  /** Documents that fulfil the criteria now: 0, those that were kept, and newer ones. */
  remaining: number;
}

const PAGE_SIZE = 500;
/** Asking for sub-collections takes a request a document. */
const CONCURRENCY = 32;
const EMPTY: CleanupState = { cursor: null, deleted: 0, below: 0, kept: 0 };

/**
 * Deletes the documents that a query finds, with everything below them.
 *
 * - In pages; what lies below a document goes before it, so a crash leaves no orphans. The next
 *   page is read while the one before is deleted.
 * - A page's deletions and its place are one commit: whatever crashes, the same call goes on and
 *   the figures are exact. It goes on behind what it deleted, where queries are slow.
 * - A document that changed since it was found is left, since it may not be meant any more, and
 *   what lies below it too (but for what had to go ahead, where that is over 500 documents).
 * - Bounded by `deadline`, `signal` and `maxDeletes`; it then reports `isComplete: false`.
 * - Once through, the next call begins anew, as does one with other criteria.
 *
 * @param criteria a range needs an index, and decides the order; lists have at most 30 values
 * @throws AppError `aborted` where another run of it goes on
 * @example
 * const { isComplete, deleted } = await batchCleanup(
 *   deadLetters,
 *   { where: [['createdAt', '<', now() - 90 * DAY]] },
 *   { subcollections: ['parts'], deadline: now() + 8 * 60_000, maxDeletes: 100_000 },
 * );
 */
export async function batchCleanup<T extends object>(
  collection: Collection<T>,
  criteria: QuerySpec,
  options: CleanupOptions = {},
): Promise<CleanupReport> {
  const { path } = collection;
  const [spec, second] = splitLists(criteria);
  if (second)
    throw new AppError(
      'invalid-argument',
      'The criteria of a clean-up have lists of at most 30 values.',
    );
  const order = orderOf([criteria], undefined);
  const run = startRun({ concurrency: CONCURRENCY, ...options });
  if (!spec) return { ...figures(EMPTY), isComplete: true, stoppedBy: null, remaining: 0 };
  const query = toQuery(path, spec, order);
  if (options.dryRun) {
    const remaining = await countOf(run, query);
    return { ...figures(EMPTY), isComplete: false, stoppedBy: null, remaining };
  }

  const name = options.name ?? `cleanup-${path.replaceAll('/', '-')}`;
  checkId(RUNS, name);
  const job = `clean-up of ${path} by ${JSON.stringify(spec.where)}`;
  const [checkpoint] = await openCheckpoints<CleanupState>(run, [
    { name, job, initial: EMPTY, restart: ({ isDone, isOther }) => isDone || isOther },
  ]);
  const cleanup: Cleanup = {
    run,
    query,
    order,
    checkpoint: checkpoint as Checkpoint<CleanupState>,
    pageSize: Math.min(options.pageSize ?? PAGE_SIZE, run.burst),
    maxDeletes: options.maxDeletes ?? Number.POSITIVE_INFINITY,
    subcollections: options.subcollections ?? 'all',
    spent: 0,
  };
  let stoppedBy: CleanupReport['stoppedBy'] = null;
  try {
    stoppedBy = await cleanPages(cleanup);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stoppedBy = error.reason;
  }
  const { state, isDone } = cleanup.checkpoint;
  // The deadline may be over; one count is little, and the figure is what a report is for.
  const remaining = await countOf(startRun({}), query);
  return { ...figures(state), isComplete: isDone, stoppedBy, remaining };
}

const figures = ({ deleted, below, kept }: CleanupState) => ({ deleted, below, kept });
