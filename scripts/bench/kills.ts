import { setTimeout } from 'node:timers/promises';
import { seeded } from '../whatsapp-simulator/random.ts';
import type { SimulatorClient } from '../whatsapp-simulator/client.ts';

/** When to kill what, the same for all sides: after so many accepted sends. */
export interface Kills {
  seed: number;
  points: readonly number[];
}

/**
 * Points anywhere but in the last part, where there may be nothing left to kill: a tenth, or more
 * where many are in doubt after each kill, and so are no accepted sends.
 */
export function killsIn(recipients: number, count: number, seed: number, share = 0.9): Kills {
  const random = seeded(seed);
  const points = Array.from({ length: count }, () => Math.floor(random() * recipients * share));
  return { seed, points: points.sort((a, b) => a - b) };
}

const POLL_MS = 20;
const TIMEOUT_MS = 300_000;

/** Calls `kill` at each point, with a number in [0, 1) that says which one it is to be. */
export async function killAt(
  { seed, points }: Kills,
  simulator: SimulatorClient,
  kill: (draw: number) => Promise<void>,
): Promise<void> {
  const random = seeded(seed + 1);
  const end = Date.now() + TIMEOUT_MS;
  for (const point of points) {
    while ((await simulator.stats()).accepted < point) {
      if (Date.now() > end) throw new Error(`${point} sends were not reached in ${TIMEOUT_MS} ms`);
      await setTimeout(POLL_MS);
    }
    await kill(random());
  }
}
