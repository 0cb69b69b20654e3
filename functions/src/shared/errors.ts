/** Every way a call can be refused; the guard maps each to a callable code and an HTTP status. */
export type ErrorCode =
  | 'invalid-argument'
  | 'unauthenticated'
  | 'permission-denied'
  | 'not-found'
  | 'already-exists'
  | 'failed-precondition'
  | 'resource-exhausted'
  | 'aborted'
  | 'unavailable'
  | 'internal';

interface ErrorOptions {
  /** Machine-readable facts for the caller: `reason`, `hint`, `field`, … Never personal data. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** A refusal with a code from the closed set and a message that says how to put it right. */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Background work that can never succeed: it is recorded in `deadLetters`, not tried again. */
export class PermanentError extends AppError {
  override readonly name = 'PermanentError';

  constructor(message: string, options: ErrorOptions = {}) {
    super('failed-precondition', message, options);
  }
}

/** Background work whose time has not come: it is to be delivered again, at `after` (epoch ms). */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
  readonly after: number;

  constructor(after: number, message = 'not yet due') {
    super(message);
    this.after = after;
  }
}
