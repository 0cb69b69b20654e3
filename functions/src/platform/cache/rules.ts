/** How long values are kept; all in milliseconds, counted from before a value's load began. */
export interface Ages<V> {
  /** The bound: nobody is given a value older than this. */
  maxAgeMs: number;
  /** From this age on a value is still given at once, and loaded anew beside. Left out: never. */
  freshMs?: number;
  /** For values that say "there is none", where these are to be kept for a shorter time. */
  missing?: { is(value: V): boolean; maxAgeMs: number };
}

/** Ends are spread over this share of a lifetime, always before the bound, so that entries that came together do not go together. */
const JITTER = 0.1;

/**
 * Until when a value whose load began at `at` is fresh, and until when it may be given at all.
 *
 * @param random a number in [0, 1)
 */
export function lifetimeOf<V>(
  value: V,
  at: number,
  { maxAgeMs, freshMs, missing }: Ages<V>,
  random: number,
): { freshUntil: number; until: number } {
  const early = 1 - JITTER * random;
  const bound = missing?.is(value) ? Math.min(missing.maxAgeMs, maxAgeMs) : maxAgeMs;
  const until = at + bound * early;
  return {
    until,
    freshUntil: freshMs === undefined ? until : Math.min(until, at + freshMs * early),
  };
}
