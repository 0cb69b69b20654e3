import { LRUCache } from 'lru-cache';
import { now } from '../clock';
import { blockFor, openWindow, takeAlone, takeInHand, type Window } from './rules';
import type { Limit } from './table';

/** What the instances' common count gave of a window. */
export interface Grant {
  granted: number;
  /** What is left after it. */
  left: number;
}

/** Where the instances count together. */
export interface Pool {
  /** Takes up to `wanted` of a window of a key; rejects when nothing certain can be said. */
  take(key: string, wanted: number, window: Readonly<Window>): Promise<Grant>;
}

export interface Wish {
  /** Who is limited, as an id or a hash. */
  subject: string;
  /** How much at once; 1 if left out. */
  amount?: number;
  /** The caller's role, where the limit depends on it. */
  of?: string;
}

export type Verdict =
  | { ok: true }
  /** `used`: the window is used up; `uncounted`: a closed limit could not be counted. */
  | { ok: false; because: 'used' | 'uncounted'; max: number; retryAfterMs: number };

export interface Limiter {
  take(wish: Wish): Promise<Verdict>;
}

/** Keys that an instance counts for at once, for each limit. */
const MAX_KEYS = 10_000;
/** When to try again what could not be counted: Redis is looked for about as often. */
const UNCOUNTED_RETRY_MS = 5_000;

/**
 * Counts what a limit lets through. The common count, where there is one, is asked for blocks, and
 * what an instance has in hand needs no asking. Where it cannot be asked, a `closed` limit refuses,
 * and an instance counts an `open` one by itself until the window ends.
 *
 * @param pool left out where no Redis is configured: the instance holds the whole limit by itself
 */
export function createLimiter(name: string, limit: Limit, pool?: Pool): Limiter {
  const windows = new LRUCache<string, Window>({ max: MAX_KEYS });
  const asking = new Map<Window, Promise<boolean>>();

  const windowOf = (key: string, max: number): Window => {
    const known = windows.get(key);
    if (known && known.end > now()) return known;
    const opened = openWindow(now(), limit.windowMs, max);
    windows.set(key, opened);
    return opened;
  };

  /** Asks for a block; whether there was an answer. */
  const ask = async (from: Pool, key: string, window: Window, wanted: number): Promise<boolean> => {
    try {
      const { granted, left } = await from.take(key, blockFor(window, wanted), window);
      window.inHand += granted;
      window.left = granted > 0 ? left : 0;
      return true;
    } catch {
      return false;
    }
  };

  /** One at a time for each key; the calls that wait take from the same block. */
  const askOnce = (from: Pool, key: string, window: Window, wanted: number): Promise<boolean> => {
    let running = asking.get(window);
    if (!running) {
      running = ask(from, key, window, wanted).finally(() => asking.delete(window));
      asking.set(window, running);
    }
    return running;
  };

  const settle = async (
    key: string,
    window: Window,
    amount: number,
  ): Promise<'ok' | 'used' | 'uncounted'> => {
    for (;;) {
      if (takeInHand(window, amount)) return 'ok';
      if (!pool || window.isAlone) return takeAlone(window, amount) ? 'ok' : 'used';
      if (window.left <= 0) return 'used';
      if (await askOnce(pool, key, window, amount)) continue;
      if (limit.withoutRedis === 'closed') return 'uncounted';
      window.isAlone = true;
    }
  };

  return {
    async take({ subject, amount = 1, of = '' }) {
      const max = limit.max(of);
      if (max <= 0) return { ok: true };
      const key = `${name}:${subject}:${of}`;
      const window = windowOf(key, max);
      window.waiting += amount;
      const outcome = await settle(key, window, amount).finally(() => {
        window.waiting -= amount;
      });
      if (outcome === 'ok') return { ok: true };
      const retryAfterMs =
        outcome === 'used' ? Math.max(1, window.end - now()) : UNCOUNTED_RETRY_MS;
      return { ok: false, because: outcome, max, retryAfterMs };
    },
  };
}
