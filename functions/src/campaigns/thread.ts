import type { z } from 'zod';
import { archivedBefore } from '../archive/horizon';
import { accessible, freshConversation } from '../conversations/access';
import { messagePage, type ThreadMessage } from '../messages/thread';
import { batchGet } from '../batch/batchGet';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { contentOf, slotsOf } from './render';
import { stateOf, type RecipientState } from './recipientState';
import type { Chunk, Recipient, threadInput } from './schema';
import { campaignSnapshot, chunksWith, outcomesOfCampaign, type Found } from './store';
import { templateOf } from './templates';

/** A campaign's message as it stands in its recipient's thread. */
export interface CampaignEntry {
  kind: 'campaign';
  id: string;
  campaignId: string;
  campaignName: string;
  timestamp: number;
  type: 'template';
  content: object;
  state: RecipientState;
  wamid: string | null;
}

export type ThreadEntry = ({ kind: 'message' } & ThreadMessage) | CampaignEntry;

/**
 * A page of a conversation, newest first: its messages, and the campaigns' messages that its
 * contact got over this channel. Those are not copied anywhere: the chunks are read, one read a
 * campaign and one for its outcomes.
 *
 * @returns `archivedBefore`: with the last page, the time before which messages of this conversation
 *   may have been moved to the archive, where a restore of their month brings them back; else null
 */
export async function thread(
  member: Member,
  { conversationId, cursor, limit }: z.output<typeof threadInput>,
): Promise<{
  entries: ThreadEntry[];
  nextCursor: string | null;
  archivedBefore: number | null;
}> {
  const conversation = accessible(member, {
    id: conversationId,
    data: await freshConversation(conversationId),
    version: undefined,
  });
  const from = cursor === undefined ? undefined : parseCursor(cursor);
  const { contactId, channelId, mergedFrom = [] } = conversation;
  const [messages, sends] = await Promise.all([
    messagePage(conversationId, from?.at, limit + 1),
    campaignEntries([contactId, ...mergedFrom], channelId, from?.at),
  ]);
  const entries = [
    ...messages.map((message) => ({ kind: 'message' as const, ...message })),
    ...sends,
  ]
    .sort(newestFirst)
    .filter((entry) => !from || isBehind(entry, from));
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const hasMore = entries.length > limit && last !== undefined;
  const horizon = hasMore ? null : await archivedBefore('messages');
  return {
    entries: page,
    nextCursor: hasMore ? `${last.timestamp}:${last.id}` : null,
    // A conversation that is younger has nothing there.
    archivedBefore: horizon !== null && conversation.createdAt < horizon ? horizon : null,
  };
}

interface Place {
  at: number;
  id: string;
}

function parseCursor(cursor: string): Place {
  const [, at, id] = /^(\d{1,15}):([\w-]{1,200})$/.exec(cursor) ?? [];
  if (!at || !id) {
    throw new AppError('invalid-argument', 'The cursor is not one that a thread gave.', {
      details: { field: 'cursor' },
    });
  }
  return { at: Number(at), id };
}

const newestFirst = (a: ThreadEntry, b: ThreadEntry): number =>
  b.timestamp - a.timestamp || (a.id < b.id ? 1 : -1);

const isBehind = ({ timestamp, id }: ThreadEntry, { at, id: last }: Place): boolean =>
  timestamp < at || (timestamp === at && id < last);

async function campaignEntries(
  contactIds: readonly string[],
  channelId: string,
  before: number | undefined,
): Promise<CampaignEntry[]> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- of a contact that was merged, those of each that it was
  const found = await mapConcurrently(contactIds, 8, async (contactId) => {
    const chunks = await chunksWith(contactId, before);
    return chunks
      .filter(({ data }) => data.channelId === channelId)
      .filter(({ data }) => data.recipients[contactId]?.state !== undefined)
      .map((chunk) => ({ contactId, chunk }));
  });
  // eslint-disable-next-line recado/no-firestore-in-loops -- each is of another campaign
  const entries = await mapConcurrently(found.flat(), 8, async ({ contactId, chunk }) => {
    const entry = await entryOf(contactId, chunk);
    // Both of two that were merged may have got it, out of one chunk.
    const isOwn = contactId === contactIds[0];
    return entry && !isOwn ? { ...entry, id: `${entry.id}_${contactId}` } : entry;
  });
  return entries.filter((entry) => entry !== undefined);
}

async function entryOf(
  contactId: string,
  { id: chunkId, data: chunk }: Found<Chunk>,
): Promise<CampaignEntry | undefined> {
  const { campaignId, group } = chunk;
  const recipient = chunk.recipients[contactId] as Recipient;
  const [{ data: campaign }, [outcomes]] = await Promise.all([
    campaignSnapshot(campaignId),
    batchGet(outcomesOfCampaign(campaignId), [group], { fields: [`recipients.${contactId}`] }),
  ]);
  if (!campaign || recipient.at === undefined || recipient.state === 'skipped') return undefined;
  const index = chunk.variant ?? campaign.winner ?? 0;
  const variant = campaign.variants[index];
  const template = variant && (await templateOf(variant));
  const outcome = outcomes?.data?.recipients[contactId] ?? {};
  return {
    kind: 'campaign',
    id: `${campaignId}_${chunkId}`,
    campaignId,
    campaignName: campaign.name,
    timestamp: recipient.at,
    type: 'template',
    content: template
      ? contentOf(
          variant,
          template,
          slotsOf(template).length > 0 ? (recipient.values?.[String(index)] ?? []) : [],
        )
      : { name: variant?.template.name ?? '' },
    state: stateOf(campaign, recipient, outcome),
    wamid: recipient.wamid ?? outcome.wamid ?? null,
  };
}
