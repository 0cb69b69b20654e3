import { now } from '../platform/clock';
import type { Backoff } from '../shared/backoff';
import { AppError } from '../shared/errors';

/** How far a batch is. */
export interface Progress {
  /** Items that are through, whatever became of them. */
  done: number;
  /** All items; `undefined` where that is not known beforehand. */
  total: number | undefined;
}

/** What every batch helper takes. All of it may be left out. */
export interface BatchOptions {
  /** Requests at once. More than a few dozen gain nothing: 100 share a connection. */
  concurrency?: number;
  /** When aborted, nothing more is sent; what is on its way is waited for. */
  signal?: AbortSignal;
  /** Nothing more is sent after this time, epoch ms; what is on its way is waited for. */
  deadline?: number;
  /** Called after every request. */
  onProgress?: (progress: Progress) => void;
  /** Documents a second, at most, in any second. */
  perSecond?: number;
  /**
   * For collections that were cold: begins with 500 documents a second and allows half more every
   * five minutes, as Firestore needs it to split the load over more servers.
   */
  ramp?: boolean;
  /** How often a request is sent before its items have failed. */
  attempts?: number;
  /** The waits between attempts. */
  backoff?: Backoff;
  /** How long an answer is waited for; the request is sent again then. */
  requestTimeoutMs?: number;
  /** Jitter, in [0, 1). */
  random?: () => number;
}

const MAX_PAGE_SIZE = 5_000;

/** @throws AppError `invalid-argument` for what is no number of documents for a page */
export function checkPageSize(pageSize: number): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= MAX_PAGE_SIZE) return pageSize;
  throw new AppError(
    'invalid-argument',
    `"pageSize" has to be an integer between 1 and ${MAX_PAGE_SIZE}`,
    { details: { field: 'pageSize' } },
  );
}

/** With the defaults filled in. */
export type Settings = Required<Omit<BatchOptions, 'signal' | 'perSecond' | 'onProgress'>> &
  Pick<BatchOptions, 'signal' | 'perSecond' | 'onProgress'> & { startedAt: number };

/** Six seconds in all, then an outage is somebody else's matter: the queue's, the next run's. */
const ATTEMPTS = 8;
const BACKOFF: Backoff = { base: 50, factor: 2, max: 4_000 };
/** Firestore itself gives up a commit after a minute. */
const REQUEST_TIMEOUT_MS = 30_000;
const CONCURRENCY = 8;

export const settingsOf = (options: BatchOptions): Settings => ({
  concurrency: CONCURRENCY,
  deadline: Number.POSITIVE_INFINITY,
  ramp: false,
  attempts: ATTEMPTS,
  backoff: BACKOFF,
  requestTimeoutMs: REQUEST_TIMEOUT_MS,
  random: Math.random,
  startedAt: now(),
  ...options,
});
