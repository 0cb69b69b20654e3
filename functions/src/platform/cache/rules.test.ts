import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lifetimeOf } from './rules';

const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const age = fc.integer({ min: 1, max: 10_000_000 });

describe('the lifetime of a value', () => {
  it('never goes beyond the bound, and ends up to a tenth before it', () => {
    fc.assert(
      fc.property(age, age, share, (at, maxAgeMs, random) => {
        const { until, freshUntil } = lifetimeOf('x', at, { maxAgeMs }, random);
        expect(until).toBeLessThanOrEqual(at + maxAgeMs);
        expect(until).toBeGreaterThanOrEqual(at + maxAgeMs * 0.9);
        expect(freshUntil).toBe(until);
      }),
    );
  });

  it('is spread, so that entries that came together do not go together', () => {
    const ends = [0, 0.5, 0.999].map((random) => lifetimeOf('x', 0, { maxAgeMs: 100 }, random));
    expect(new Set(ends.map(({ until }) => until)).size).toBe(3);
  });

  it('is fresh for a part of it where that is asked for', () => {
    expect(lifetimeOf('x', 1_000, { maxAgeMs: 100, freshMs: 40 }, 0)).toEqual({
      freshUntil: 1_040,
      until: 1_100,
    });
  });

  it('is shorter for "there is none", never longer', () => {
    const missing = { is: (value: string) => value === 'none', maxAgeMs: 10 };
    expect(lifetimeOf('none', 0, { maxAgeMs: 100, missing }, 0).until).toBe(10);
    expect(lifetimeOf('some', 0, { maxAgeMs: 100, missing }, 0).until).toBe(100);
    const long = { ...missing, maxAgeMs: 1_000 };
    expect(lifetimeOf('none', 0, { maxAgeMs: 100, missing: long }, 0).until).toBe(100);
  });
});
