/**
 * Counts by bucket, each bucket 5 % wider than the one below. Merging is addition and taking back
 * is subtraction, so the result does not depend on the order, and a rebuilt one is equal.
 *
 * Own code because known libraries (DDSketch, HDR) cannot subtract, and keep more than counts.
 */
export type Histogram = ReadonlyMap<number, number>;

const GROWTH = 1.05;

/** The bucket of a value; 0 holds all below 1. */
export const bucketOf = (value: number): number =>
  value < 1 ? 0 : 1 + Math.floor(Math.log(value) / Math.log(GROWTH));

/** The middle of a bucket: within 2.5 % of any value in it. */
const middleOf = (bucket: number): number =>
  bucket === 0 ? 0 : Math.round((GROWTH ** (bucket - 1) * (1 + GROWTH)) / 2);

/** The values below which these shares of all lie; null where there is nothing. */
export function percentiles(histogram: Histogram, shares: readonly number[]): (number | null)[] {
  const buckets = [...histogram].filter(([, count]) => count > 0).sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  return shares.map((share) => {
    let below = 0;
    for (const [bucket, count] of buckets) {
      below += count;
      if (below >= Math.ceil(share * total)) return middleOf(bucket);
    }
    return null;
  });
}
