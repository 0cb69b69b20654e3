/**
 * Firestore's 500/50/5 rule: 500 operations a second on a cold collection, 50 % more every five
 * minutes. @see https://firebase.google.com/docs/firestore/best-practices#ramping_up_traffic
 */
const RAMP_START = 500;
const RAMP_FACTOR = 1.5;
const RAMP_STEP_MS = 5 * 60_000;

export interface Rate {
  /** Items a second; infinite: as fast as it goes. */
  perSecond: number;
  ramp: boolean;
}

/** Items a second that are allowed `elapsed` ms after the beginning. */
export function rateAt({ perSecond, ramp }: Rate, elapsed: number): number {
  if (!ramp) return perSecond;
  const allowed = RAMP_START * RAMP_FACTOR ** Math.floor(Math.max(0, elapsed) / RAMP_STEP_MS);
  return Math.min(perSecond, allowed);
}

/** How many may be sent at once so that a second is divided finely; at least one. */
export const burstOf = (rate: Rate): number => {
  const start = rateAt(rate, 0);
  return Number.isFinite(start) ? Math.max(1, Math.floor(start / PARTS)) : Number.POSITIVE_INFINITY;
};
const PARTS = 10;

/** Spaces items out so that no second has more than the rate. */
export interface Pacer {
  /** Notes that `count` items are sent now, and gives when the next may be, epoch ms. */
  sent(count: number, now: number): number;
  /** When the next may be sent. */
  readonly next: number;
}

/**
 * A pacer. Time is an argument. What was not used is not saved up: a pause is not followed by a
 * burst.
 */
export function createPacer(rate: Rate, startedAt: number): Pacer {
  let next = startedAt;
  return {
    get next() {
      return next;
    },
    sent(count, now) {
      // From when it was really sent, not from when it might have been: waking up late must not
      // bring two closer together.
      next = now + (count / rateAt(rate, now - startedAt)) * 1_000;
      return next;
    },
  };
}
