import { batchGet } from '../batch/batchGet';
import { commit, untilNoConflict, type WriteOp } from '../platform/commit';
import { now } from '../platform/clock';
import { increment, union } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { groupOf } from './callback';
import { factsOfOutcome, factsOfRecipient, outboxEntry, outboxFields } from './facts';
import { emptyOutcomes, takeIn, type CampaignEvent, type OutcomeChange } from './outcomes';
import type { GroupOutcomes } from './schema';
import {
  chunksOfCampaign,
  createOutcomes,
  readChunk,
  readOutcomes,
  updateChunk,
  updateOutcomes,
} from './store';

const CONCURRENCY = 16;

/**
 * Makes statuses and deeds durable: one read and at most one write for each group of up to 3,000
 * recipients among them, however many there are. Applied twice they change, and cost, nothing more
 * than the read.
 *
 * @returns those of messages that do not exist here
 */
export async function applyOutcomes(events: readonly CampaignEvent[]): Promise<CampaignEvent[]> {
  const groups = [
    ...Map.groupBy(
      events,
      ({ campaignId, chunkId }) => `${campaignId}/${groupOf(chunkId)}`,
    ).values(),
  ];
  // eslint-disable-next-line recado/no-firestore-in-loops -- a group stands for up to 3,000 recipients
  const strange = await mapConcurrently(groups, CONCURRENCY, applyToGroup);
  return strange.flat();
}

async function applyToGroup(events: CampaignEvent[]): Promise<CampaignEvent[]> {
  const [{ campaignId, chunkId }] = events as [CampaignEvent];
  const group = groupOf(chunkId);
  return untilNoConflict(async () => {
    const stored = await readOutcomes(campaignId, group);
    let before = stored.data;
    if (!before) {
      // The first status of a group; a chunk that does not exist has none.
      const { data: chunk } = await readChunk(campaignId, chunkId);
      if (!chunk) return events;
      before = emptyOutcomes(campaignId, chunk.variant);
    }
    const { fields, counts, recipients, corrected } = takeIn(
      before,
      before.erased ? await stillThere(campaignId, before, events) : events,
    );
    if (Object.keys(fields).length === 0) return [];
    const ids = [...new Set(events.map(({ contactId }) => contactId))];
    const outbox = outboxFields(before, recipients, ids, factsOfOutcome);
    await commit([
      stored.data
        ? updateOutcomes(campaignId, group, { ...fields, ...outbox }, stored.version)
        : createOutcomes(campaignId, group, { ...before, counts, recipients, ...outbox }),
      ...correctionsOf(campaignId, corrected),
    ]);
    return [];
  });
}

/**
 * Without events of people who were erased: what is told of them has nobody to be told of. Only
 * groups with such people look into the chunks, and only for whom they have heard nothing of.
 */
async function stillThere(
  campaignId: string,
  { recipients }: GroupOutcomes,
  events: readonly CampaignEvent[],
): Promise<CampaignEvent[]> {
  const chunkIds = events
    .filter(({ contactId }) => !recipients[contactId])
    .map(({ chunkId }) => chunkId);
  const chunks = await batchGet(chunksOfCampaign(campaignId), [...new Set(chunkIds)], {
    fields: ['contactIds'],
  });
  const present = new Set(chunks.flatMap(({ data }) => data?.contactIds ?? []));
  return events.filter(({ contactId }) => recipients[contactId] ?? present.has(contactId));
}

/** Messages given up as unknown were sent after all. In the same commit, so counted once. */
function correctionsOf(campaignId: string, corrected: OutcomeChange['corrected']): WriteOp[] {
  const byChunk = Map.groupBy(corrected, ({ chunkId }) => chunkId);
  return [...byChunk].map(([chunkId, members]) => {
    const fields: Record<string, unknown> = {
      'counts.unknown': increment(-members.length),
      'counts.accepted': increment(members.length),
    };
    const sent = members.flatMap(({ at }) => factsOfRecipient({ state: 'accepted', at }));
    const entry = outboxEntry([], sent, now());
    if (entry !== undefined) Object.assign(fields, { outbox: union(entry), outboxSince: now() });
    for (const { contactId, at, wamid } of members) {
      fields[`recipients.${contactId}.state`] = 'accepted';
      fields[`recipients.${contactId}.at`] = at;
      if (wamid) fields[`recipients.${contactId}.wamid`] = wamid;
    }
    return updateChunk(campaignId, chunkId, fields);
  });
}
