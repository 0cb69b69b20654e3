import { emptyDistribution, record } from '../../functions/lib/shared/distribution.js';
import type { Seen } from '../realtime/protocol.ts';
import { latencyOf, type Latency } from '../recorder.ts';
import { conversationOf } from '../world.ts';
import { isExactly, type Check } from './check.ts';
import type { Ledger } from './ledger.ts';

/** How many messages of each conversation came: at least, and with those without an answer. */
function inboundBy(
  ledger: Ledger,
  channelId: string,
): Map<string, { least: number; most: number }> {
  const counts = new Map<string, { least: number; most: number }>();
  const ids = new Map<number, string>();
  for (const { customer, taken } of ledger.inbound.values()) {
    const id = ids.get(customer) ?? conversationOf(channelId, customer);
    ids.set(customer, id);
    const count = counts.get(id) ?? { least: 0, most: 0 };
    counts.set(id, count);
    count.most++;
    if (taken === 'yes') count.least++;
  }
  return counts;
}

/** How many listeners show another number of unread messages than came. Pure. */
export function listenersWrong(ledger: Ledger, channelId: string, seen: readonly Seen[]): number {
  const counts = inboundBy(ledger, channelId);
  return seen.filter(({ conversationId, unread }) => {
    const { least, most } = counts.get(conversationId) ?? { least: 0, most: 0 };
    return unread < least || unread > most;
  }).length;
}

/** Pure. */
export const checkListeners = (
  ledger: Ledger,
  channelId: string,
  seen: readonly Seen[],
): Check[] => [
  isExactly('listeners that do not show what came', listenersWrong(ledger, channelId, seen), 0),
];

/**
 * From when a message's webhook was due until a listener showed it as its customer's latest.
 * Messages that were overtaken by the next one at once are not shown by themselves. Pure.
 */
export function realtimeOf(
  { inbound }: Ledger,
  seen: readonly Seen[],
  since: number,
): Latency & { count: number } {
  const dueAt = new Map([...inbound.values()].map((message) => [message.wamid, message.dueAt]));
  const all = emptyDistribution();
  for (const { latest } of seen) {
    for (const [wamid, at] of Object.entries(latest)) {
      const due = dueAt.get(wamid);
      if (due !== undefined && due >= since) record(all, Math.max(0, at - due) / 1_000);
    }
  }
  return { ...latencyOf(all), count: all.count };
}
