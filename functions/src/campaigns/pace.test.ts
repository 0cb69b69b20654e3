import { describe, expect, it } from 'vitest';
import { createPace, createWindow, type Pace, type Token } from './pace';

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
const randomOf = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};
type Random = () => number;

/** How long a send takes to arrive, and to be answered from then. */
type Way = (random: Random) => { there: number; back: number };
const near: Way = (random) => {
  const trip = 5 + random() * 10;
  const there = random() * trip;
  return { there, back: trip - there };
};
/** Arrives at its begin or at its end, as badly as it can. */
const extreme: Way = (random) => {
  const trip = 5 + random() * 10;
  return random() < 0.5 ? { there: 0, back: trip } : { there: trip, back: 0 };
};
const far: Way = (random) => ({ there: 30 + random() * 50, back: 70 + random() * 50 });
const hiccups =
  (way: Way): Way =>
  (random) => {
    const { there, back } = way(random);
    const isStuck = random() < 0.01;
    return {
      there: there + (isStuck && random() < 0.5 ? random() * 3_000 : 0),
      back: back + (isStuck ? random() * 3_000 : 0),
    };
  };

interface Run {
  seed: number;
  limit: number;
  seconds: number;
  way: Way;
  /** Cuts the sender's clock to whole milliseconds. */
  isCoarse?: boolean;
  /** How often a second the sender stands still, for up to half a second. */
  stalls?: number;
  /** How often a second the receiver complains. */
  throttles?: number;
}

/** When sends arrived, for a sender that always has something to send. */
function arrivals({ seed, limit, seconds, way, isCoarse, stalls = 0, throttles = 0 }: Run) {
  const random = randomOf(seed);
  const log: number[] = [];
  const answers: { at: number; token: Token }[] = [];
  let time = 12_345.6;
  const until = time + seconds * 1_000;
  const now = () => (isCoarse ? Math.floor(time) : time);
  const window = createWindow(limit, now);
  const pace: Pace = createPace(limit);

  while (time < until) {
    for (const answer of answers.splice(0)) {
      if (answer.at <= time) window.end(answer.token);
      else answers.push(answer);
    }
    if (throttles > 0) {
      if (random() < throttles / 1_000) pace.slowDown(now());
      window.setLimit(pace.limit(now()));
    }
    const delay = window.delay();
    if (delay === 0) {
      const { there, back } = way(random);
      const token = window.begin();
      log.push(time + there);
      answers.push({ at: time + there + back, token });
      continue;
    }
    const nextAnswer = Math.min(...answers.map(({ at }) => at));
    time = Math.min(nextAnswer, time + (delay ?? Number.POSITIVE_INFINITY) + random());
    if (random() < stalls / limit) time += random() * 500;
  }
  return log.sort((a, b) => a - b);
}

/** The most arrivals in any second. */
function peak(log: number[]): number {
  let most = 0;
  for (let first = 0, last = 0; last < log.length; last++) {
    while (log[last]! - log[first]! >= 1_000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('createWindow', () => {
  const seeds = Array.from({ length: 20 }, (_, n) => n + 1);

  it.each<Omit<Run, 'seed' | 'seconds'> & { name: string }>([
    { name: 'near', limit: 80, way: near },
    { name: 'near, whole milliseconds', limit: 80, way: near, isCoarse: true },
    { name: 'as badly as it can', limit: 1, way: extreme, isCoarse: true },
    { name: 'far', limit: 80, way: far },
    { name: 'far, whole milliseconds', limit: 20, way: far, isCoarse: true },
    { name: 'stuck sends', limit: 80, way: hiccups(near) },
    { name: 'stuck sends, far', limit: 80, way: hiccups(far), isCoarse: true },
    { name: 'a sender that stands still', limit: 80, way: near, stalls: 1 },
    { name: 'complaints', limit: 80, way: near, throttles: 0.5 },
    { name: 'everything', limit: 50, way: hiccups(far), stalls: 1, throttles: 0.2, isCoarse: true },
    { name: 'one a second', limit: 1, way: hiccups(far) },
    { name: 'very many', limit: 500, way: hiccups(near), stalls: 0.5 },
  ])('lets no second have more than the limit: $name', (run) => {
    for (const seed of seeds) {
      const log = arrivals({ ...run, seed, seconds: 20 });
      expect(peak(log), `seed ${seed}`).toBeLessThanOrEqual(run.limit);
    }
  });

  it.each([
    { name: '5–15 ms', limit: 80, way: near, share: 0.97 },
    { name: '5–15 ms, whole milliseconds', limit: 80, way: near, isCoarse: true, share: 0.97 },
    { name: '5–15 ms, 500 a second', limit: 500, way: near, share: 0.97 },
    { name: '100–200 ms', limit: 80, way: far, share: 0.9 },
  ])('uses $share of the limit at $name', ({ share, ...run }) => {
    for (const seed of seeds.slice(0, 5)) {
      const log = arrivals({ ...run, seed, seconds: 120 });
      expect(log.length / (120 * run.limit), `seed ${seed}`).toBeGreaterThanOrEqual(share);
    }
  });

  /** A window whose clock the test moves. */
  const held = (limit: number) => {
    const clock = { time: 0 };
    return { clock, window: createWindow(limit, () => clock.time) };
  };

  it('waits for an answer while sends under way take all places', () => {
    const { clock, window } = held(2);
    const first = window.begin();
    window.begin();
    clock.time = 60_000;
    expect(window.delay()).toBeNull();
    window.end(first);
    expect(window.delay()).toBe(1_002);
    clock.time += 1_002;
    expect(window.delay()).toBe(0);
  });

  it('counts an answer once', () => {
    const { window } = held(2);
    const token = window.begin();
    window.end(token);
    window.end(token);
    expect(window.delay()).toBe(0);
  });

  it('refuses a send that comes too early', () => {
    const { window } = held(1);
    window.begin();
    expect(() => window.begin()).toThrow('before the window let it');
  });

  it('follows a lower limit with the sends that were before it', () => {
    const { clock, window } = held(4);
    for (const at of [0, 100, 200]) {
      clock.time = at;
      window.end(window.begin());
    }
    window.setLimit(2);
    expect(window.delay()).toBe(902);
    window.setLimit(2.5);
    expect(window.delay()).toBe(902);
    window.setLimit(10);
    expect(window.delay()).toBe(0);
  });

  it('trusts the first round trips only after a while, and forgets them after a minute', () => {
    const { clock, window } = held(1);
    const waitAfterSend = () => {
      const token = window.begin();
      clock.time += 100;
      window.end(token);
      const wait = window.delay();
      clock.time += wait ?? 0;
      return wait;
    };
    expect([1, 2, 3, 4, 5].map(waitAfterSend)).toEqual([1_002, 1_002, 1_002, 952, 952]);
    clock.time += 61_000;
    expect(waitAfterSend()).toBe(1_002);
  });
});

describe('createPace', () => {
  it.each([
    { base: 80, slow: [], at: 0, expected: 80 },
    { base: 80, slow: [0], at: 0, expected: 40 },
    { base: 80, slow: [0], at: 999, expected: 40 },
    { base: 80, slow: [0], at: 1_000, expected: 44 },
    { base: 80, slow: [0], at: 9_000, expected: 76 },
    { base: 80, slow: [0], at: 60_000, expected: 80 },
    { base: 80, slow: [0, 10, 500, 999], at: 999, expected: 40 },
    { base: 80, slow: [0, 1_000], at: 1_000, expected: 22 },
    { base: 80, slow: [1_000, 500], at: 500, expected: 40 },
    { base: 5, slow: [0], at: 2_000, expected: 4 },
    { base: 1, slow: [0, 1_000, 2_000], at: 2_000, expected: 1 },
  ])('of $base, slowed down at $slow, is $expected at $at', ({ base, slow, at, expected }) => {
    const pace = createPace(base);
    for (const time of slow) pace.slowDown(time);
    expect(pace.limit(at)).toBe(expected);
  });
});
