import { describe, expect, it } from 'vitest';
import { seeded } from '../../scripts/whatsapp-simulator/random.ts';
import { timetableOf } from './arrivals.ts';
import type { Phase } from './phases.ts';

const PHASES: Phase[] = [
  { name: 'ramp-up', seconds: 100, from: 0, to: 100 },
  { name: 'sustained', seconds: 100, from: 100, to: 100 },
  { name: 'peak', seconds: 0, from: 500, to: 500 },
  { name: 'cool-down', seconds: 50, from: 100, to: 0 },
];
const table = timetableOf(PHASES, seeded(7));
const between = (from: number, to: number): number =>
  table.filter(({ dueMs }) => dueMs >= from * 1_000 && dueMs < to * 1_000).length;

describe('the timetable of arrivals', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(timetableOf(PHASES, seeded(7))).toEqual(table);
    expect(timetableOf(PHASES, seeded(8))).not.toEqual(table);
  });

  it('is in order, and names the phase of each', () => {
    expect(table.map(({ dueMs }) => dueMs)).toEqual(
      table.map(({ dueMs }) => dueMs).sort((a, b) => a - b),
    );
    for (const { dueMs, phase } of table) {
      expect(phase).toBe(dueMs < 100_000 ? 'ramp-up' : dueMs < 200_000 ? 'sustained' : 'cool-down');
    }
  });

  // Four standard deviations of a Poisson process.
  it.each([
    ['a ramp from nothing', 0, 100, 5_000],
    ['the first quarter of the ramp', 0, 25, 312.5],
    ['a steady phase', 100, 200, 10_000],
    ['a ramp to nothing', 200, 250, 2_500],
  ])('has as many as expected in %s', (_, from, to, expected) => {
    expect(Math.abs(between(from, to) - expected)).toBeLessThan(4 * Math.sqrt(expected));
  });

  it('has gaps by chance: as spread as they are long', () => {
    const steady = table.filter(({ phase }) => phase === 'sustained').map(({ dueMs }) => dueMs);
    const gaps = steady.slice(1).map((at, n) => at - (steady[n] ?? 0));
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    expect(mean).toBeGreaterThan(9.5);
    expect(mean).toBeLessThan(10.5);
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.9);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.1);
  });
});
