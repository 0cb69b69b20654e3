import { bucketOf, percentiles } from './histogram';

/** Durations in seconds: how many there were, their sum, and a histogram of them in milliseconds. */
export interface Distribution {
  count: number;
  sum: number;
  /** By the histogram's bucket. */
  buckets: Map<number, number>;
}

/** As JSON: count, sum, and number and content of each bucket in turn. */
export type PlainDistribution = [count: number, sum: number, ...buckets: number[]];

export const emptyDistribution = (): Distribution => ({ count: 0, sum: 0, buckets: new Map() });

export function record(distribution: Distribution, seconds: number): void {
  const bucket = bucketOf(seconds * 1_000);
  distribution.count++;
  distribution.sum += seconds;
  distribution.buckets.set(bucket, (distribution.buckets.get(bucket) ?? 0) + 1);
}

/** Adds the values of `other`. */
export function merge(distribution: Distribution, other: Distribution): void {
  distribution.count += other.count;
  distribution.sum += other.sum;
  for (const [bucket, count] of other.buckets) {
    distribution.buckets.set(bucket, (distribution.buckets.get(bucket) ?? 0) + count);
  }
}

/** The seconds that a share of all values does not exceed, right to 5 %; 0 where there is none. */
export const quantile = ({ buckets }: Distribution, share: number): number =>
  (percentiles(buckets, [share])[0] ?? 0) / 1_000;

/** By how much a bucket of the histogram is wider than the one below. */
const GROWTH = 1.05;
/** Buckets between two bounds that are shown: each is about twice the one before. */
const STEP = 14;
/** From 1 ms to a minute. */
const STEPS = 17;

/** Bounds between buckets, in seconds, for which `countsUpTo` is exact. */
export const BOUNDS: readonly number[] = Array.from(
  { length: STEPS },
  (_, n) => GROWTH ** (n * STEP) / 1_000,
);

/** How many values are below each of the bounds. */
export function countsUpTo({ buckets }: Distribution): number[] {
  const counts = new Array<number>(STEPS).fill(0);
  for (const [bucket, content] of buckets) {
    for (let n = Math.ceil(bucket / STEP); n < STEPS; n++) counts[n] = (counts[n] ?? 0) + content;
  }
  return counts;
}

export const toPlain = ({ count, sum, buckets }: Distribution): PlainDistribution => [
  count,
  sum,
  ...[...buckets].flat(),
];

export function fromPlain([count, sum, ...rest]: PlainDistribution): Distribution {
  const buckets = new Map<number, number>();
  for (let n = 0; n + 1 < rest.length; n += 2) {
    buckets.set(rest[n] as number, rest[n + 1] as number);
  }
  return { count, sum, buckets };
}
