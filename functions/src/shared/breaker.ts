/** What a circuit breaker goes by; all in milliseconds. */
export interface BreakerLimits {
  /** An answer that took longer than this is slow. */
  slowMs: number;
  /** So many slow answers in a row count as a failure. */
  slowInARow: number;
  /** How long nothing is tried after a failure; doubled with each probe that fails. */
  restMs: number;
  maxRestMs: number;
}

/** `yes`: go ahead; `no`: do without; `probe`: do without, and find out beside whether it is back. */
export type Admission = 'yes' | 'no' | 'probe';

/**
 * Decides whether a service that may be gone is worth trying. One failure opens it: whoever comes
 * then does without, at once. After a rest one probe is let through, and its success closes it.
 * Times are given, so that it needs no clock.
 */
export class Breaker {
  readonly #limits: BreakerLimits;
  #openUntil: number | undefined;
  #restMs: number;
  #slow = 0;
  #isProbing = false;

  constructor(limits: BreakerLimits) {
    this.#limits = limits;
    this.#restMs = limits.restMs;
  }

  get isOpen(): boolean {
    return this.#openUntil !== undefined;
  }

  /** Asked before each use. After `probe` one of `succeeded` and `failed` has to be called. */
  admit(now: number): Admission {
    if (this.#openUntil === undefined) return 'yes';
    if (this.#isProbing || now < this.#openUntil) return 'no';
    this.#isProbing = true;
    return 'probe';
  }

  /** It answered, after `ms`. A slow answer to a probe is a failure. */
  succeeded(now: number, ms: number): void {
    const isSlow = ms > this.#limits.slowMs;
    if (this.#isProbing && isSlow) {
      this.failed(now);
      return;
    }
    this.#slow = isSlow ? this.#slow + 1 : 0;
    if (this.#slow >= this.#limits.slowInARow) {
      this.failed(now);
      return;
    }
    // What was under way when it opened proves nothing: it may have been answered before.
    if (this.isOpen && !this.#isProbing) return;
    this.#openUntil = undefined;
    this.#isProbing = false;
    this.#restMs = this.#limits.restMs;
  }

  /** It did not answer, or made no sense. */
  failed(now: number): void {
    this.#slow = 0;
    // Others that were under way fail too; the first one counts.
    if (this.isOpen && !this.#isProbing) return;
    if (this.#isProbing) this.#restMs = Math.min(this.#restMs * 2, this.#limits.maxRestMs);
    this.#isProbing = false;
    this.#openUntil = now + this.#restMs;
  }
}
