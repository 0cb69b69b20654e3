import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, percentiles } from './histogram';

const histogramOf = (values: number[]): Map<number, number> => {
  const histogram = new Map<number, number>();
  for (const value of values) {
    const bucket = bucketOf(value);
    histogram.set(bucket, (histogram.get(bucket) ?? 0) + 1);
  }
  return histogram;
};

describe('buckets', () => {
  it('keep values within 2.5 %, from a millisecond to a year', () => {
    fc.assert(
      fc.property(fc.double({ min: 20, max: 3.2e10, noNaN: true }), (value) => {
        const [middle] = percentiles(histogramOf([value]), [0.5]) as [number];
        // Rounding to whole numbers adds up to a half.
        expect(Math.abs(middle - value)).toBeLessThanOrEqual(0.025 * value + 0.5);
      }),
    );
  });

  it('rise with values', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      }),
    );
  });
});

describe('percentiles', () => {
  it('are those of the values, as near as buckets allow', () => {
    const values = Array.from({ length: 1_000 }, (_, n) => (n + 1) * 100);
    const [p50, p99] = percentiles(histogramOf(values), [0.5, 0.99]) as [number, number];
    expect(Math.abs(p50 / 50_000 - 1)).toBeLessThan(0.026);
    expect(Math.abs(p99 / 99_000 - 1)).toBeLessThan(0.026);
  });

  it.each<[string, Map<number, number>]>([
    ['nothing', new Map()],
    ['what was taken back', new Map([[7, 0]])],
  ])('of %s are null', (_, histogram) => {
    expect(percentiles(histogram, [0.5])).toEqual([null]);
  });
});
