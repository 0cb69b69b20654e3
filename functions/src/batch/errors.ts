import { GRPC, grpcCode } from '../platform/commit';
import { AppError, type ErrorCode } from '../shared/errors';

/** What an error of a request means for its items. */
export type Verdict =
  /** Nothing was applied: send it again. */
  | 'again'
  /** It may have been applied, and its answer lost: send it again where that does no harm. */
  | 'in-doubt'
  /** One of its items, or their sum, is not taken: send less at once. */
  | 'split'
  | 'missing'
  | 'conflict'
  /** Sending it again gives the same. */
  | 'final';

/** The protocol's codes beside those that platform/commit names. */
const CANCELLED = 1;
const UNKNOWN = 2;

/** Reads an error's code, or one item's status of a request. */
export function verdictOf(error: { code?: unknown; message?: string }): Verdict {
  switch (error.code) {
    case GRPC.aborted:
      return 'again';
    case GRPC.resourceExhausted:
      // The same code says "too much traffic" and "too large a request".
      return /exceeds maximum size|larger than max/i.test(error.message ?? '') ? 'split' : 'again';
    case GRPC.deadlineExceeded:
    case GRPC.internal:
    case GRPC.unavailable:
    case CANCELLED:
    case UNKNOWN:
      return 'in-doubt';
    case GRPC.invalidArgument:
      return 'split';
    case GRPC.notFound:
      return 'missing';
    case GRPC.alreadyExists:
    case GRPC.failedPrecondition:
      return 'conflict';
    default:
      // Connections that break have words ("ECONNRESET") for a code.
      return typeof error.code === 'string' && /^E[A-Z]+$/.test(error.code) ? 'in-doubt' : 'final';
  }
}

const CODES: Record<number, ErrorCode> = {
  [GRPC.invalidArgument]: 'invalid-argument',
  [GRPC.notFound]: 'not-found',
  [GRPC.alreadyExists]: 'already-exists',
  [GRPC.failedPrecondition]: 'failed-precondition',
  [GRPC.resourceExhausted]: 'resource-exhausted',
  [GRPC.aborted]: 'aborted',
  [GRPC.deadlineExceeded]: 'unavailable',
  [GRPC.unavailable]: 'unavailable',
  7: 'permission-denied',
  16: 'unauthenticated',
};

interface Circumstances {
  attempts: number;
  /** Whether it may have been applied all the same. */
  isInDoubt: boolean;
}

/** Why one item failed. */
export class ItemError extends AppError {
  override readonly name = 'ItemError';
  /** The document's path. */
  readonly path: string;
  readonly attempts: number;
  /** Whether it may have been applied all the same: its answer was lost. */
  readonly isInDoubt: boolean;

  constructor(path: string, cause: unknown, { attempts, isInDoubt }: Circumstances) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const code =
      cause instanceof AppError ? cause.code : (CODES[grpcCode(cause) ?? -1] ?? 'internal');
    const doubt = isInDoubt ? ' It may have been applied.' : '';
    super(code, `${path}: ${reason}${attempts > 1 ? ` (${attempts} attempts)` : ''}.${doubt}`, {
      cause,
      details: { path, attempts, isInDoubt },
    });
    this.path = path;
    this.attempts = attempts;
    this.isInDoubt = isInDoubt;
  }
}

/** Some items of a batch failed; the message names the first, `failures` all. */
export class BatchError extends AppError {
  override readonly name = 'BatchError';
  readonly failures: ItemError[];

  constructor(failures: ItemError[], of: number) {
    const [first] = failures;
    super(
      first?.code ?? 'internal',
      `${failures.length} of ${of} failed; the first: ${first?.message}`,
      {
        cause: first,
        details: { paths: failures.slice(0, 20).map(({ path }) => path) },
      },
    );
    this.failures = failures;
  }
}

/** The caller aborted, or the deadline passed, before this was sent. */
export class Stopped extends AppError {
  override readonly name = 'Stopped';
  readonly reason: 'aborted' | 'deadline';

  constructor(reason: 'aborted' | 'deadline') {
    super('aborted', reason === 'aborted' ? 'not sent: aborted' : 'not sent: the deadline passed', {
      details: { reason },
    });
    this.reason = reason;
  }
}
