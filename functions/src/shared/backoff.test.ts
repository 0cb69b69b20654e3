import { describe, expect, it } from 'vitest';
import { backoffDelay } from './backoff';

describe('backoffDelay', () => {
  const backoff = { base: 1_000, factor: 2, max: 10_000 };

  it.each([
    [1, 0, 500],
    [1, 1, 1_000],
    [2, 0, 1_000],
    [3, 1, 4_000],
    [20, 0, 5_000],
    [20, 1, 10_000],
  ])('attempt %i with random %d waits %i ms', (attempt, random, delay) => {
    expect(backoffDelay(attempt, backoff, random)).toBe(delay);
  });
});
