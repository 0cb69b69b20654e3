/** What an instance knows of one key in one window. */
export interface Window {
  /** Epoch milliseconds, as `end`. */
  start: number;
  end: number;
  max: number;
  /** Let through by this instance. */
  passed: number;
  /** Granted by Redis and not let through yet: counted there, so it outlives Redis. */
  inHand: number;
  /** What the calls want that are not decided yet. */
  waiting: number;
  /** What Redis had left when it was last asked. */
  left: number;
  /** Redis was found away in it, so it ends without Redis. */
  isAlone: boolean;
}

export function openWindow(at: number, windowMs: number, max: number): Window {
  const start = at - (at % windowMs);
  const counts = { passed: 0, inHand: 0, waiting: 0, left: max };
  return { start, end: start + windowMs, max, ...counts, isAlone: false };
}

/** How much of what is left is taken from Redis at once; smaller blocks strand less elsewhere. */
const BLOCK_SHARE = 0.1;

/**
 * How much to ask Redis for: what is waited for, or a tenth of what is left, so that most calls
 * ask nothing, and the last ones are shared out one by one. Never more than there may be, unless
 * a single call wants more.
 */
export function blockFor({ left, inHand, waiting }: Window, wanted: number): number {
  const block = Math.max(waiting - inHand, Math.floor(left * BLOCK_SHARE));
  return Math.max(wanted - inHand, Math.min(block, left));
}

/** Lets `wanted` through from what Redis granted, if there is enough. */
export function takeInHand(window: Window, wanted: number): boolean {
  if (window.inHand < wanted) return false;
  window.inHand -= wanted;
  window.passed += wanted;
  return true;
}

/** Lets `wanted` through if the instance by itself stays within the limit. */
export function takeAlone(window: Window, wanted: number): boolean {
  if (window.passed + wanted > window.max) return false;
  window.passed += wanted;
  return true;
}
