import { expect, it } from 'vitest';
import type { Arrival } from '../plan/arrivals.ts';
import { jobsOf } from './mix.ts';
import type { Scenario, World } from './types.ts';

const ARRIVALS: Arrival[] = Array.from({ length: 4_000 }, (_, n) => ({
  dueMs: n,
  phase: 'sustained',
}));
const draws: Record<string, number[]> = {};
const scenario = (name: string, weight: number): Scenario => ({
  ...{ name, weight, units: 1 },
  run(_world, n, random) {
    (draws[name] ??= [])[n] = random();
    return Promise.resolve();
  },
});
const SCENARIOS = [scenario('a.often', 3), scenario('b.seldom', 1)];
const world = {} as World;

it('gives each arrival a scenario by its weight, the same ones for the same seed', () => {
  const names = (seed: number) =>
    jobsOf(ARRIVALS, world, seed, SCENARIOS).map((job) => job.scenario);
  const share = names(1).filter((name) => name === 'a.often').length / ARRIVALS.length;
  expect(share).toBeGreaterThan(0.72);
  expect(share).toBeLessThan(0.78);
  expect(names(1)).toEqual(names(1));
  expect(names(2)).not.toEqual(names(1));
});

it('what an arrival draws does not depend on when the others run', async () => {
  const jobs = jobsOf(ARRIVALS.slice(0, 50), world, 1, SCENARIOS);
  for (const job of jobs) await job.run(0);
  const forwards = structuredClone(draws);
  for (const job of jobs.reverse()) await job.run(0);
  expect(draws).toEqual(forwards);
});

it('every scenario comes in a long run, and most often customers write', () => {
  const all = jobsOf(ARRIVALS, world, 1);
  expect(new Set(all.map((job) => job.scenario)).size).toBe(15);
  const inbound = all.filter((job) => job.scenario === 'webhook.inbound').length;
  expect(inbound / all.length).toBeGreaterThan(0.25);
});
