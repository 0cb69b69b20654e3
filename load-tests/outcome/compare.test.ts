import { describe, expect, it } from 'vitest';
import { areComparable, compare } from './compare.ts';

const row = (name: string, p50: number, p95: number, p99: number) => ({
  ...{ name, p50, p95, p99 },
  ...{ count: 100, errors: 0 },
});
const run = (families: ReturnType<typeof row>[]) => ({
  profile: 'smoke' as const,
  form: 'short' as const,
  target: 'local',
  families,
  realtime: { p50: 0, p95: 0, p99: 0, count: 0 },
});

describe('a run beside an earlier one', () => {
  it('is worse where a latency grew by more than chance makes it', () => {
    const found = compare(run([row('queue', 50, 130, 300)]), run([row('queue', 35, 100, 250)]));
    expect(found.map(({ name, isWorse }) => [name, isWorse])).toEqual([
      // A third more, but only 15 ms.
      ['queue p50', false],
      ['queue p95', true],
      // 50 ms, but only a fifth.
      ['queue p99', false],
    ]);
    expect(found[1]?.percent).toBeCloseTo(30);
  });

  it('is not worse where it is faster, or what it is compared with was nothing', () => {
    const found = compare(run([row('queue', 10, 0, 500)]), run([row('queue', 500, 500, 0)]));
    expect(found.map(({ isWorse }) => isWorse)).toEqual([false, false, true]);
    expect(found[2]?.percent).toBe(0);
  });

  it('leaves out what only one of them has', () => {
    expect(compare(run([row('queue', 1, 1, 1)]), run([row('webhook', 1, 1, 1)]))).toEqual([]);
  });

  it.each([
    ['another profile', { profile: 'load' as const }, false],
    ['another form', { form: 'full' as const }, false],
    ['another target', { target: 'https://example.com' }, false],
    ['the same', {}, true],
  ])('compares with %s: %o', (_, other, expected) => {
    expect(areComparable(run([]), { ...run([]), ...other })).toBe(expected);
  });
});
