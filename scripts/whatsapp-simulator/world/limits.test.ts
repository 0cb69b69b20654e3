import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PairLimiter } from './pair-limiter.ts';
import { RateWindow } from './rate-window.ts';

// fast-check prints the seed of a run that fails.
const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 300 });

/** Points in time, from the gaps between them. */
function timesOf(steps: readonly number[]): number[] {
  let time = 0;
  return steps.map((step) => (time += step));
}

describe('a sliding second', () => {
  it('counts what happened less than a second ago', () => {
    const rate = new RateWindow();
    for (const time of [0, 500, 999]) rate.record(time);
    expect([999, 1_000, 1_500, 1_999].map((time) => rate.count(time))).toEqual([3, 2, 1, 0]);
    expect(rate.peak).toBe(3);
  });

  it('has the peak that a naive count over all seconds finds', () => {
    fc.assert(
      fc.property(gaps, (steps) => {
        const times = timesOf(steps);
        const rate = new RateWindow();
        for (const time of times) rate.record(time);
        const naive = times.map((end) => times.filter((t) => t > end - 1_000 && t <= end).length);
        expect(rate.peak).toBe(Math.max(0, ...naive));
      }),
    );
  });
});

describe('the pair limit', () => {
  const limit = { intervalMs: 6_000, burst: 45 };

  /** How many of these attempts are let through. */
  function accepted(times: readonly number[]): number {
    const limiter = new PairLimiter();
    return times.filter((time) => {
      const allowed = limiter.allows('pair', time, limit);
      if (allowed) limiter.record('pair', time, limit);
      return allowed;
    }).length;
  }

  it.each<[string, number[], number]>([
    ['a burst of 45', Array<number>(46).fill(0), 45],
    ['one more after 6 s', [...Array<number>(45).fill(0), 5_999, 6_000, 6_000], 46],
    [
      'a whole burst again after 45 × 6 s',
      [...Array<number>(45).fill(0), ...Array<number>(46).fill(270_000)],
      90,
    ],
    ['one every 6 s for ever', Array.from({ length: 500 }, (_, index) => index * 6_000), 500],
  ])('%s', (_, times, expected) => {
    expect(accepted(times)).toBe(expected);
  });

  it('never lets more through than the burst and one for each interval', () => {
    fc.assert(
      fc.property(gaps, (steps) => {
        const times = timesOf(steps);
        const most = limit.burst + Math.floor((times.at(-1) ?? 0) / limit.intervalMs);
        expect(accepted(times)).toBeLessThanOrEqual(most);
      }),
    );
  });
});
