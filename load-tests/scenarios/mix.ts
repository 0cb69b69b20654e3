import { seeded, type Random } from '../../scripts/whatsapp-simulator/random.ts';
import type { Job } from '../openModel.ts';
import type { Arrival } from '../plan/arrivals.ts';
import { ANALYTICS_SCENARIOS } from './analytics.ts';
import { QUEUE_SCENARIOS } from './queue.ts';
import type { Scenario, World } from './types.ts';
import { WEBHOOK_SCENARIOS } from './webhook.ts';

/** Everything that users do. A new scenario is an entry in one of the lists. */
const SCENARIOS: readonly Scenario[] = [
  ...WEBHOOK_SCENARIOS,
  ...QUEUE_SCENARIOS,
  ...ANALYTICS_SCENARIOS,
];

/** Gives each arrival a scenario, drawn by the weights. */
export function jobsOf(
  arrivals: readonly Arrival[],
  world: World,
  seed: number,
  scenarios = SCENARIOS,
): Job[] {
  const random = seeded(seed);
  return arrivals.map((arrival, n) => {
    const scenario = draw(scenarios, random);
    // Each has chance of its own: what one draws does not depend on when the others run.
    const own = Math.floor(random() * 2 ** 32);
    return {
      ...arrival,
      scenario: scenario.name,
      units: scenario.units,
      run: (dueAt) => scenario.run(world, n, seeded(own), dueAt),
    };
  });
}

function draw(scenarios: readonly Scenario[], random: Random): Scenario {
  let left = random() * scenarios.reduce((sum, { weight }) => sum + weight, 0);
  for (const scenario of scenarios) {
    left -= scenario.weight;
    if (left < 0) return scenario;
  }
  return scenarios.at(-1) as Scenario;
}
