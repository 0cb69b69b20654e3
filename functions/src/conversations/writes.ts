import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { increment, maximum, minimum, union } from '../platform/firestore';
import type { Conversation, Preview } from './schema';
import { createConversation, updateConversation } from './store';

/** What a batch of one customer's messages does to the conversation. */
export interface Inbound {
  conversationId: string;
  channelId: string;
  contactId: string;
  contactName: string | undefined;
  address: Conversation['address'];
  /** How many messages of it count as unread. */
  unread: number;
  /** The newest; absent where a newer message may be stored already. */
  preview: Preview | undefined;
  wamid: string | undefined;
  /** Absent where nothing of it opens the 24 h window. */
  inboundAt: number | undefined;
  at: number;
  /** For a conversation that begins. */
  isBlocked?: boolean;
}

/**
 * The write for inbound messages of a conversation that exists. It reads nothing: counters and
 * times are computed by the server, so order does not matter, and it fails where there is none.
 */
export function inboundUpdate(inbound: Inbound): WriteOp {
  const { conversationId, contactName, address, unread, preview, wamid, inboundAt, at } = inbound;
  const writtenByCustomer = inboundAt !== undefined;
  return updateConversation(conversationId, {
    lastMessageAt: maximum(at),
    ...(preview ? { lastMessage: preview } : {}),
    ...(contactName ? { contactName } : {}),
    ...(address.phone ? { 'address.phone': address.phone } : {}),
    ...(address.bsuid ? { 'address.bsuid': address.bsuid } : {}),
    ...(unread > 0 ? { unreadCount: increment(unread) } : {}),
    // A customer who writes opens whatever was snoozed, waiting or resolved.
    ...(writtenByCustomer
      ? {
          lastInboundAt: maximum(inboundAt),
          openedAt: minimum(inboundAt),
          status: 'open',
          snoozedUntil: null,
          ...(wamid ? { lastInboundWamid: wamid } : {}),
        }
      : {}),
  });
}

/** The write for the first messages between a channel and a contact; fails where there is one. */
export const inboundCreate = (inbound: Inbound, mergedFrom: string[] = []): WriteOp =>
  createConversation(inbound.conversationId, {
    ...emptyConversation(inbound.channelId, inbound.contactId, inbound.at),
    ...(mergedFrom.length > 0 ? { mergedFrom } : {}),
    contactName: inbound.contactName ?? null,
    address: inbound.address,
    unreadCount: inbound.unread,
    lastMessage: inbound.preview ?? null,
    lastInboundAt: inbound.inboundAt ?? null,
    lastInboundWamid: inbound.wamid ?? null,
    ...(inbound.isBlocked ? { isBlocked: true } : {}),
    ...(inbound.inboundAt === undefined ? {} : { openedAt: inbound.inboundAt }),
  });

/** A message to the customer; `userId` is null where the system itself answers. */
interface Outbound {
  userId: string | null;
  preview: Preview;
  at: number;
}

/**
 * What a reply does to the conversation.
 *
 * @param known the conversation as it was a while ago, if it is known: a member's message from
 *   before the customer wrote is no answer, and gives way to this one
 */
export const outboundUpdate = (
  conversationId: string,
  { userId, preview, at }: Outbound,
  known: Pick<Conversation, 'openedAt' | 'replies'> = {},
): WriteOp =>
  updateConversation(conversationId, {
    lastMessage: preview,
    lastMessageAt: maximum(at),
    ...(userId
      ? {
          participants: union(userId),
          [`replies.${userId}`]: isBefore(known, userId) ? at : minimum(at),
        }
      : {}),
  });

const isBefore = (
  { openedAt, replies }: Pick<Conversation, 'openedAt' | 'replies'>,
  userId: string,
): boolean => openedAt !== undefined && (replies?.[userId] ?? openedAt) < openedAt;

/** The write for a conversation that the business begins. */
export const outboundCreate = (
  conversationId: string,
  conversation: Pick<
    Conversation,
    'channelId' | 'contactId' | 'contactName' | 'address' | 'mergedFrom'
  >,
  { userId, preview, at }: Outbound,
): WriteOp =>
  createConversation(conversationId, {
    ...emptyConversation(conversation.channelId, conversation.contactId, at),
    ...conversation,
    ...(userId ? { participants: [userId], replies: { [userId]: at } } : {}),
    lastMessage: preview,
  });

const emptyConversation = (channelId: string, contactId: string, at: number): Conversation => ({
  channelId,
  contactId,
  contactName: null,
  address: {},
  status: 'open',
  snoozedUntil: null,
  participants: [],
  assigneeId: null,
  labels: [],
  unreadCount: 0,
  lastMessage: null,
  lastMessageAt: at,
  lastInboundAt: null,
  lastInboundWamid: null,
  createdAt: now(),
});
