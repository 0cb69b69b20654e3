import type { Role } from '../team/schema';
import type { Conversation, Episode } from './schema';

/** WhatsApp takes free-form messages for 24 h from the customer's last one. */
const WINDOW_MS = 24 * 60 * 60 * 1_000;

/** Whether the customer-service window is open at `now`. */
export const windowIsOpen = (lastInboundAt: number | null, now: number): boolean =>
  lastInboundAt !== null && now < lastInboundAt + WINDOW_MS;

/** A conversation's id: one per channel and contact. */
export const conversationIdOf = (channelId: string, contactId: string): string =>
  `${channelId}_${contactId}`;

/**
 * Whether a member may see and answer a conversation: supervisors and admins all, agents those
 * they take part in and unassigned ones. `firestore.rules` says the same for reading.
 */
export function mayAccess(
  member: { uid: string; role: Role },
  { participants, assigneeId }: Pick<Conversation, 'participants' | 'assigneeId'>,
): boolean {
  switch (member.role) {
    case 'admin':
    case 'supervisor':
      return true;
    case 'agent':
      return assigneeId === null || assigneeId === member.uid || participants.includes(member.uid);
    case 'viewer':
      return false;
  }
}

/** The first answer to what a customer wrote since the conversation was last resolved. */
export function firstReply({
  openedAt,
  replies = {},
}: Pick<Conversation, 'openedAt' | 'replies'>): { agentId: string; at: number } | undefined {
  if (openedAt === undefined) return undefined;
  return Object.entries(replies)
    .map(([agentId, at]) => ({ agentId, at }))
    .filter(({ at }) => at >= openedAt)
    .sort((a, b) => a.at - b.at || (a.agentId < b.agentId ? -1 : 1))[0];
}

/** What ends when a member resolves a conversation; `undefined`: its customer wrote nothing. */
export function endedEpisode(
  conversation: Pick<Conversation, 'openedAt' | 'replies'>,
  resolvedBy: string,
  resolvedAt: number,
): Episode | undefined {
  const { openedAt } = conversation;
  if (openedAt === undefined) return undefined;
  const reply = firstReply(conversation);
  return {
    openedAt,
    repliedAt: reply?.at ?? null,
    repliedBy: reply?.agentId ?? null,
    resolvedAt,
    resolvedBy,
  };
}

/** A webhook older than this may come after newer messages of the same conversation. */
const LATE_MS = 10_000;

/** Whether a message is so old that a newer one may have been stored before it. */
export const isLate = (timestamp: number, now: number): boolean => now - timestamp > LATE_MS;
