import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setClock } from '../clock';
import { createLimiter, type Limiter, type Pool, type Wish } from './limiter';
import type { Limit } from './table';

const MINUTE = 60_000;
let time = 0;
let restore: () => void;
beforeEach(() => {
  time = 1_000 * MINUTE;
  restore = setClock(() => time);
});
afterEach(() => restore());

const limitOf = (max: number, withoutRedis: Limit['withoutRedis']): Limit => ({
  max: () => max,
  windowMs: MINUTE,
  withoutRedis,
});

/** A store in memory, which can go; counts how often it was asked. */
class Store implements Pool {
  asked = 0;
  isAway = false;
  #counts = new Map<string, number>();

  take: Pool['take'] = async (key, wanted, { start, max }) => {
    await Promise.resolve();
    this.asked += 1;
    if (this.isAway) throw new Error('away');
    const used = this.#counts.get(`${key}${start}`) ?? 0;
    const granted = Math.max(0, Math.min(wanted, max - used));
    this.#counts.set(`${key}${start}`, used + granted);
    return { granted, left: max - used - granted };
  };
}

/** How many of `n` calls, one after another, are let through. */
async function passes(limiter: Limiter, n: number, wish: Partial<Wish> = {}): Promise<number> {
  let passed = 0;
  for (let i = 0; i < n; i++) {
    if ((await limiter.take({ subject: 'somebody', ...wish })).ok) passed += 1;
  }
  return passed;
}

describe('without Redis', () => {
  it.each(['open', 'closed'] as const)('an instance holds a whole %s limit', async (kind) => {
    const limiter = createLimiter('x', limitOf(30, kind));
    expect(await passes(limiter, 31)).toBe(30);
    expect(await passes(limiter, 1, { subject: 'another' })).toBe(1);
    time += MINUTE;
    expect(await passes(limiter, 31)).toBe(30);
  });

  it('tells how long to wait: until the window ends', async () => {
    const limiter = createLimiter('x', limitOf(1, 'open'));
    time += 42_000;
    await passes(limiter, 1);
    expect(await limiter.take({ subject: 'somebody' })).toEqual({
      ok: false,
      because: 'used',
      max: 1,
      retryAfterMs: 18_000,
    });
  });

  it('0 is no limit', async () => {
    expect(await passes(createLimiter('x', limitOf(0, 'closed')), 100)).toBe(100);
  });
});

describe('with Redis', () => {
  it('instances share the limit, and let all of it through', async () => {
    const store = new Store();
    const instances = [1, 2, 3].map(() => createLimiter('x', limitOf(30, 'closed'), store));
    let passed = 0;
    for (let i = 0; i < 20; i++) for (const one of instances) passed += await passes(one, 1);
    expect(passed).toBe(30);
  });

  it('far below the limit few calls ask; a key that is used up asks nothing', async () => {
    const store = new Store();
    const limiter = createLimiter('x', limitOf(600, 'open'), store);
    expect(await passes(limiter, 60)).toBe(60);
    expect(store.asked).toBe(1);
    expect(await passes(limiter, 540)).toBe(540);
    const { asked } = store;
    expect(asked).toBeLessThan(60);
    expect(await passes(limiter, 100)).toBe(0);
    expect(store.asked).toBe(asked);
  });

  it('calls at once ask together', async () => {
    const store = new Store();
    const limiter = createLimiter('x', limitOf(100, 'closed'), store);
    const verdicts = await Promise.all(
      Array.from({ length: 150 }, () => limiter.take({ subject: 'somebody' })),
    );
    expect(verdicts.filter(({ ok }) => ok)).toHaveLength(100);
    expect(store.asked).toBeLessThanOrEqual(3);
  });

  it('a call that counts for many is refused whole, and what is left stays for smaller ones', async () => {
    const limiter = createLimiter('x', limitOf(100, 'closed'), new Store());
    expect(await passes(limiter, 1, { amount: 80 })).toBe(1);
    expect(await passes(limiter, 1, { amount: 30 })).toBe(0);
    expect(await passes(limiter, 30)).toBe(20);
  });
});

describe('an open limit that cannot be counted together', () => {
  it('is held whole by each instance until the window ends, then asked for again', async () => {
    const store = new Store();
    const limiter = createLimiter('x', limitOf(30, 'open'), store);
    expect(await passes(limiter, 5)).toBe(5);
    store.isAway = true;
    expect(await passes(limiter, 40)).toBe(25);
    store.isAway = false;
    const { asked } = store;
    expect(await passes(limiter, 10)).toBe(0);
    expect(store.asked).toBe(asked);
    time += MINUTE;
    expect(await passes(limiter, 1)).toBe(1);
    expect(store.asked).toBe(asked + 1);
  });
});

describe('a closed limit that cannot be counted', () => {
  it('hands out what is in hand, then refuses, and says when to come back', async () => {
    const store = new Store();
    const limiter = createLimiter('x', limitOf(30, 'closed'), store);
    // A block of three: one used, two in hand.
    expect(await passes(limiter, 1)).toBe(1);
    store.isAway = true;
    expect(await passes(limiter, 50)).toBe(2);
    time += MINUTE;
    expect(await limiter.take({ subject: 'somebody' })).toEqual({
      ok: false,
      because: 'uncounted',
      max: 30,
      retryAfterMs: 5_000,
    });
  });

  it('goes on where it was as soon as it can be, and is never passed', async () => {
    const store = new Store();
    const limiters = [1, 2, 3].map(() => createLimiter('x', limitOf(30, 'closed'), store));
    const all = async (n: number): Promise<number> => {
      let passed = 0;
      for (const limiter of limiters) passed += await passes(limiter, n);
      return passed;
    };
    let passed = await all(3);
    store.isAway = true;
    passed += await all(10);
    store.isAway = false;
    expect(passed + (await all(30))).toBe(30);
  });
});
