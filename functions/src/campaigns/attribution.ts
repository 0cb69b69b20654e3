import { batchQuery } from '../batch/batchQuery';
import { refusedSince } from '../contacts/lookUp';
import { inboundSince } from '../conversations/lastSeen';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { parts } from '../batch/chunk';
import { applyOutcomes } from './applyOutcomes';
import type { CampaignEvent } from './outcomes';
import type { Campaign } from './schema';
import { chunksOfCampaign, updateCampaign, type Found } from './store';

/** What a recipient does within this time of a message is taken for an answer to it. */
export const ATTRIBUTION_MS = 72 * 60 * 60_000;
/** Writes become visible, and webhooks come late, within this. */
const OVERLAP_MS = 2 * 60_000;
/** Firestore's bound on the values of `array-contains-any`. */
const MAX_IN = 30;

/**
 * Attributes replies and wishes to stop that came since the last time: one read a conversation
 * that was written in, and one for its chunk. What was attributed before changes nothing.
 *
 * @returns until when all is attributed; `undefined` where nothing was found
 */
export async function attribute({
  id,
  data,
  version,
}: Found<Campaign>): Promise<number | undefined> {
  if (data.launchedAt === null) return undefined;
  const since = (data.attributedUntil ?? data.launchedAt) - OVERLAP_MS;
  const until = now();
  const [replies, wishes] = await Promise.all([
    inboundSince(data.channelId, since),
    refusedSince('marketing', since),
  ]);
  const deeds = [
    ...replies.map(({ contactId, at }) => ({ contactId, at, status: 'replied' as const })),
    ...wishes.map(({ id: contactId, at }) => ({ contactId, at, status: 'optedOut' as const })),
  ];
  if (deeds.length === 0) return undefined;

  const sentTo = await sendsTo(id, [...new Set(deeds.map(({ contactId }) => contactId))]);
  const events = deeds.flatMap((deed): CampaignEvent[] => {
    const send = sentTo.get(deed.contactId);
    // WhatsApp's times are whole seconds.
    const isAnswer = send && deed.at >= send.at - 1_000 && deed.at < send.at + ATTRIBUTION_MS;
    return isAnswer ? [{ ...deed, campaignId: id, chunkId: send.chunkId }] : [];
  });
  await applyOutcomes(events);
  try {
    await commit([updateCampaign(id, { attributedUntil: until }, version)]);
  } catch (error) {
    // It is done again, which changes nothing.
    if (!isConflict(error)) throw error;
  }
  return until;
}

/** When and in which chunk people got the campaign's message. */
async function sendsTo(
  campaignId: string,
  contactIds: string[],
): Promise<Map<string, { chunkId: string; at: number }>> {
  const sends = new Map<string, { chunkId: string; at: number }>();
  // eslint-disable-next-line recado/no-firestore-in-loops -- each asks for the fields of its own contacts only
  for (const ids of parts(contactIds, MAX_IN)) {
    const page = await batchQuery(
      chunksOfCampaign(campaignId),
      [{ where: [['contactIds', 'array-contains-any', ids]] }],
      { fields: ids.map((id) => `recipients.${id}`) },
    );
    for (const { id: chunkId, data } of page.items) {
      for (const [contactId, { state, at }] of Object.entries(data.recipients)) {
        if (
          at !== undefined &&
          (state === 'accepted' || state === 'unknown' || state === 'claimed')
        )
          sends.set(contactId, { chunkId, at });
      }
    }
  }
  return sends;
}
