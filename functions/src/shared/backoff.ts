/** How long to wait before attempt `n + 1`: all in milliseconds. */
export interface Backoff {
  base: number;
  factor: number;
  max: number;
}

/**
 * Exponential backoff with "equal jitter": half of the delay is fixed, half is random, so that
 * retries spread out yet never come at once.
 *
 * @param attempt attempts made so far, from 1
 * @param random a number in [0, 1)
 */
export function backoffDelay(attempt: number, backoff: Backoff, random: number): number {
  const full = Math.min(backoff.max, backoff.base * backoff.factor ** Math.max(0, attempt - 1));
  return Math.round(full / 2 + (full / 2) * random);
}
