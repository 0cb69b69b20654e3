import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  countUpTo,
  emptyHistogram,
  fromPlain,
  merge,
  quantile,
  record,
  toPlain,
  type Histogram,
} from './histogram';

const of = (values: number[]): Histogram => {
  const histogram = emptyHistogram();
  for (const value of values) record(histogram, value);
  return histogram;
};
const values = fc.array(fc.double({ min: 0.001, max: 1_000, noNaN: true }), { minLength: 1 });
const plain = (histogram: Histogram) => [
  histogram.count,
  [...histogram.buckets].sort(([a], [b]) => a - b),
];

it('parts add up to the whole, in any order', () => {
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [ab, ba] = [of(a), of(b)];
      merge(ab, of(b));
      merge(ba, of(a));
      expect(plain(ab)).toEqual(plain(of([...a, ...b])));
      expect(plain(ba)).toEqual(plain(ab));
    }),
  );
});

it('a quantile is right to a bucket', () => {
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99, 1), (all, share) => {
      const sorted = [...all].sort((a, b) => a - b);
      const exact = sorted[Math.ceil(share * sorted.length - 1e-9) - 1] as number;
      const estimate = quantile(of(all), share);
      expect(estimate / exact).toBeGreaterThan(1 - 1e-6);
      expect(estimate / exact).toBeLessThan(2 ** (1 / 8) + 1e-6);
    }),
  );
});

it('counts up to a power of two exactly, and bears zero', () => {
  const histogram = of([0, 0.25, 0.5, 0.5001, 1, 1.001]);
  expect(countUpTo(histogram, 0.5)).toBe(3);
  expect(countUpTo(histogram, 1)).toBe(5);
  expect(quantile(emptyHistogram(), 0.99)).toBe(0);
});

it('travels as JSON', () => {
  const histogram = of([0.1, 0.2, 0.2, 7]);
  expect(fromPlain(JSON.parse(JSON.stringify(toPlain(histogram))))).toEqual(histogram);
});
