import { describe, expect, it } from 'vitest';
import { evenChunkSize, laneShares } from './rules';

describe('the lanes of a channel', () => {
  it.each([
    // throughput, micro-batch → shares; the reserve is 3 %, one a second at least
    [80, 20, [20, 20, 19, 19]],
    [80, 10, [10, 10, 10, 10, 10, 10, 9, 9]],
    [80, 40, [39, 39]],
    [80, 100, [78]],
    [1, 20, [1]],
  ])('%i a second in micro-batches of %i', (throughput, microBatch, shares) => {
    expect(laneShares(throughput, 3, microBatch)).toEqual(shares);
  });

  it('chunks are never smaller than a micro-batch, nor greater than a document takes', () => {
    expect(evenChunkSize(100, 8, 40)).toBe(40);
    expect(evenChunkSize(100, 8, 10)).toBe(13);
    expect(evenChunkSize(100_000, 4, 20)).toBe(500);
  });
});
