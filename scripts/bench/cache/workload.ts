import { seeded } from '../../whatsapp-simulator/random.ts';

/** What is looked up when a team works; `of` says which. */
export type LookUp =
  | { kind: 'member' | 'channel' | 'conversation' | 'template' | 'campaign'; of: number }
  /** What a dashboard shows. */
  | { kind: 'figures' | 'queues' | 'segment' | 'status'; of: number };

/** Look-ups that one call makes, at a time in ms from the start. */
export interface Call {
  at: number;
  lookUps: LookUp[];
}

/** How large the inbox is. */
export const INBOX = {
  agents: 30,
  channels: 2,
  conversations: 2_000,
  templates: 20,
  segments: 5,
  dashboards: 3,
} as const;

/** The n-th most wanted of so many is wanted 1/n times as often as the first: Zipf's law. */
export function zipf(count: number, random: () => number): () => number {
  const sums: number[] = [];
  for (let n = 1; n <= count; n++) sums.push((sums.at(-1) ?? 0) + 1 / n);
  const total = sums.at(-1) ?? 0;
  return () => {
    const wanted = random() * total;
    return sums.findIndex((sum) => sum > wanted);
  };
}

/**
 * Calls of a team in a time, in order: agents take up conversations, some far more often than
 * others, and do a few things in each; a campaign runs; some people have dashboards open. The same
 * for the same seed.
 */
export function inboxCalls(milliseconds: number, seed: number): Call[] {
  const random = seeded(seed);
  const between = (from: number, to: number): number => from + random() * (to - from);
  const conversation = zipf(INBOX.conversations, random);
  const template = zipf(INBOX.templates, random);
  const calls: Call[] = [];

  const agent = (who: number): void => {
    let at = between(0, 30_000);
    while (at < milliseconds) {
      const of = conversation();
      // Opened, answered, labelled, assigned, …
      for (let left = Math.floor(between(3, 9)); left > 0; left--) {
        const lookUps: LookUp[] = [
          { kind: 'member', of: who },
          { kind: 'channel', of: of % INBOX.channels },
          { kind: 'conversation', of },
        ];
        if (random() < 1 / 8) lookUps.push({ kind: 'template', of: template() });
        calls.push({ at, lookUps });
        at += between(1_500, 6_000);
      }
      at += between(5_000, 20_000);
    }
  };
  for (let who = 0; who < INBOX.agents; who++) agent(who);
  for (let at = 0; at < milliseconds; at += 1_000) {
    const kinds = ['campaign', 'channel', 'template'] as const;
    calls.push({ at, lookUps: kinds.map((kind) => ({ kind, of: 0 })) });
  }
  return inOrder([...calls, ...dashboardCalls(milliseconds, seed, 3)]);
}

/** What so many people's open dashboards ask for, and something outside for the status. */
export function dashboardCalls(milliseconds: number, seed: number, people: number): Call[] {
  const random = seeded(seed);
  const dashboard = zipf(INBOX.dashboards, random);
  const segment = zipf(INBOX.segments, random);
  const calls: Call[] = [];
  const every = (period: number, lookUp: () => LookUp): void => {
    for (let at = random() * period; at < milliseconds; at += period) {
      calls.push({ at, lookUps: [lookUp()] });
    }
  };
  for (let n = 0; n < people; n++) {
    every(5_000, () => ({ kind: 'queues', of: 0 }));
    every(10_000, () => ({ kind: 'figures', of: dashboard() }));
    every(30_000, () => ({ kind: 'segment', of: segment() }));
  }
  every(10_000, () => ({ kind: 'status', of: 0 }));
  return inOrder(calls);
}

const inOrder = (calls: Call[]): Call[] => calls.sort((a, b) => a.at - b.at);
