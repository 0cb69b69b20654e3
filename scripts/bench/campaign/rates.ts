import { LOCAL } from '../../lib/localConfig.ts';
import type { SimulatorClient } from '../../whatsapp-simulator/client.ts';

/** How the simulated WhatsApp saw a campaign. */
export interface Seen {
  /** Accepted sends by recipient, digits only. */
  byRecipient: Map<string, number>;
  accepted: number;
  /** Messages a second without the first and the last seconds, and from the first to the last. */
  steady: number;
  overall: number;
  seconds: number;
  /** The most that were accepted in any one second, and what was refused as too much. */
  most: number;
  refused: number;
}

/** Lanes begin and end within so much of the first and the last send. */
const EDGE_MS = 5_000;
const PAGE = 1_000;
const TOO_FAST = '130429';

export async function seenBy(simulator: SimulatorClient): Promise<Seen> {
  const times = await acceptedTimes(simulator);
  const [counts, stats] = [await simulator.counts(), await simulator.stats()];
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const [from, to] = [first + EDGE_MS, last - EDGE_MS];
  const steady = times.filter((at) => at >= from && at < to).length;
  return {
    byRecipient: new Map(Object.entries(counts.byRecipient)),
    accepted: counts.total,
    steady: (steady * 1_000) / (to - from),
    overall: (times.length * 1_000) / (last - first),
    seconds: (last - first) / 1_000,
    most: counts.maxPerSecond[LOCAL.channelId] ?? 0,
    refused: stats.rejectedByCode[TOO_FAST] ?? 0,
  };
}

async function acceptedTimes(simulator: SimulatorClient): Promise<number[]> {
  const times: number[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await simulator.sends({ limit: PAGE, after });
    times.push(...page.data.map(({ at }) => at));
    after = page.after;
  }
  return times;
}
