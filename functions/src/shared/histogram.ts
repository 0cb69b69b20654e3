/**
 * How many values fell into each bucket. Buckets grow by a factor of 2^(1/8), so a quantile is
 * right to 5 %, whatever the range; only those that got something are there, and two histograms add
 * up to that of all their values.
 */
export interface Histogram {
  count: number;
  sum: number;
  /** By the bucket's number: bucket `n` ends at `2 ** (n / 8)`. */
  buckets: Map<number, number>;
}

/** As JSON: count, sum, and number and content of each bucket in turn. */
export type PlainHistogram = [count: number, sum: number, ...buckets: number[]];

/** Buckets a power of two. */
const PER_OCTAVE = 8;
/** All that is no more than 2^-20 (a microsecond, for seconds), zero among it. */
const LEAST = -20 * PER_OCTAVE;

export const emptyHistogram = (): Histogram => ({ count: 0, sum: 0, buckets: new Map() });

/** The number of the bucket of a value. */
export const bucketOf = (value: number): number =>
  value > 0 ? Math.max(LEAST, Math.ceil(Math.log2(value) * PER_OCTAVE - 1e-9)) : LEAST;

/** The greatest value of a bucket. */
export const upperBound = (bucket: number): number => 2 ** (bucket / PER_OCTAVE);

export function record(histogram: Histogram, value: number): void {
  const bucket = bucketOf(value);
  histogram.count++;
  histogram.sum += value;
  histogram.buckets.set(bucket, (histogram.buckets.get(bucket) ?? 0) + 1);
}

/** Adds the values of `other`. */
export function merge(histogram: Histogram, other: Histogram): void {
  histogram.count += other.count;
  histogram.sum += other.sum;
  for (const [bucket, count] of other.buckets) {
    histogram.buckets.set(bucket, (histogram.buckets.get(bucket) ?? 0) + count);
  }
}

/** The value that a share of all values does not exceed, right to 5 %; 0 where there is none. */
export function quantile({ count, buckets }: Histogram, share: number): number {
  let left = share * count;
  let bound = 0;
  for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
    bound = upperBound(bucket);
    left -= buckets.get(bucket) ?? 0;
    if (left <= 1e-9) break;
  }
  return bound;
}

/** How many values do not exceed a bound; exact for powers of two. */
export function countUpTo({ buckets }: Histogram, bound: number): number {
  const last = bucketOf(bound);
  let count = 0;
  for (const [bucket, content] of buckets) if (bucket <= last) count += content;
  return count;
}

export const toPlain = ({ count, sum, buckets }: Histogram): PlainHistogram => [
  count,
  sum,
  ...[...buckets].flat(),
];

export function fromPlain([count, sum, ...rest]: PlainHistogram): Histogram {
  const buckets = new Map<number, number>();
  for (let n = 0; n + 1 < rest.length; n += 2)
    buckets.set(rest[n] as number, rest[n + 1] as number);
  return { count, sum, buckets };
}
