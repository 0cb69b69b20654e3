import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  BOUNDS,
  countsUpTo,
  emptyDistribution,
  fromPlain,
  merge,
  quantile,
  record,
  toPlain,
  type Distribution,
  type PlainDistribution,
} from './distribution';

const of = (values: number[]): Distribution => {
  const distribution = emptyDistribution();
  for (const value of values) record(distribution, value);
  return distribution;
};
const seconds = fc.array(fc.double({ min: 0.002, max: 60, noNaN: true }), { minLength: 1 });
const plain = ({ count, buckets }: Distribution) => [count, [...buckets].sort(([a], [b]) => a - b)];

it('parts add up to the whole, in any order', () => {
  fc.assert(
    fc.property(seconds, seconds, (a, b) => {
      const [ab, ba] = [of(a), of(b)];
      merge(ab, of(b));
      merge(ba, of(a));
      expect(plain(ab)).toEqual(plain(of([...a, ...b])));
      expect(plain(ba)).toEqual(plain(ab));
    }),
  );
});

it('a quantile is right to 5 %, and to a millisecond', () => {
  fc.assert(
    fc.property(seconds, fc.constantFrom(0.5, 0.95, 0.99, 1), (all, share) => {
      const sorted = [...all].sort((a, b) => a - b);
      const exact = sorted[Math.ceil(share * sorted.length) - 1] as number;
      const error = Math.abs(quantile(of(all), share) - exact);
      expect(error).toBeLessThanOrEqual(Math.max(0.001, exact * 0.05));
    }),
  );
});

it('counts below its bounds are exact', () => {
  fc.assert(
    fc.property(seconds, (all) => {
      const expected = BOUNDS.map((bound) => all.filter((value) => value < bound).length);
      expect(countsUpTo(of(all))).toEqual(expected);
    }),
  );
});

it('travels as JSON', () => {
  const distribution = of([0, 0.1, 0.2, 0.2, 7]);
  const plainText = JSON.stringify(toPlain(distribution));
  expect(fromPlain(JSON.parse(plainText) as PlainDistribution)).toEqual(distribution);
});
