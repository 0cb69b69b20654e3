import type { ChangeEvent } from '../../../functions/lib/analytics/schema.js';
import { commit, isConflict } from '../../../functions/lib/platform/commit.js';
import { db, increment } from '../../../functions/lib/platform/firestore.js';
import { mapConcurrently } from '../../../functions/lib/shared/async.js';

const CONCURRENCY = 50;

/** As counters are often kept: each event raises those of its hour, day and month, once by its id. */
export async function countOneByOne(events: readonly ChangeEvent[]): Promise<void> {
  await mapConcurrently(events, CONCURRENCY, async ({ id, facts: [fact] }) => {
    if (!fact) return;
    const time = new Date(fact.at).toISOString();
    const name = `${fact.channelId}_${fact.direction}_${fact.type}_${fact.agentId}_${fact.event}`;
    try {
      await commit([
        { kind: 'create', path: `seen/${id}`, data: { at: fact.at } },
        ...[13, 10, 7].map((length) => ({
          kind: 'merge' as const,
          path: `counters/${time.slice(0, length)}`,
          data: { [name]: increment(1) },
        })),
      ]);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  });
}

/** The least that has to be written: figures and what was counted, each in one document. */
export async function countByHand(events: readonly ChangeEvent[]): Promise<void> {
  const sums: Record<string, number> = {};
  for (const { facts } of events) {
    for (const { channelId, direction, type, agentId, event } of facts) {
      const name = [channelId, direction, type, agentId, event].join('|');
      sums[name] = (sums[name] ?? 0) + 1;
    }
  }
  const hashes = Buffer.concat(events.map(({ id }) => Buffer.from(id.slice(0, 16), 'hex')));
  const batch = db().batch();
  batch.set(db().doc('figures/now'), { series: JSON.stringify(sums) });
  batch.set(db().doc('counted/now'), { hashes });
  await batch.commit();
}
