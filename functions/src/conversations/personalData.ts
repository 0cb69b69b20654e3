import { batchQuery } from '../batch/batchQuery';
import type { Erasure, PersonalData } from '../platform/personalData';
import type { Person } from '../shared/person';
import { conversationIdOf } from './rules';
import type { Conversation } from './schema';
import { conversations, createConversation, deleteConversation } from './store';

/** A person has one conversation a channel. */
const MAX_CONVERSATIONS = 200;

const conversationsOf = async ({ contactIds }: Pick<Person, 'contactIds'>) =>
  (
    await batchQuery(conversations, [{ where: [['contactId', 'in', contactIds]] }], {
      limit: MAX_CONVERSATIONS,
    })
  ).items;

/** What of a conversation is no personal data, and is counted. */
const KEPT = [
  ...['channelId', 'participants', 'assigneeId', 'lastMessageAt', 'lastInboundAt', 'createdAt'],
  // When it was opened and answered.
  ...['openedAt', 'replies'],
];

/** A person's conversations, whole. */
export const conversationData: Pick<PersonalData, 'page'> = {
  async page(person) {
    const found = await conversationsOf(person);
    return { items: found.map(({ id, data }) => ({ id, ...data })), cursor: null };
  },
};

/**
 * The writes that take a person's conversations away: whoever writes to one, also on the ground of
 * what an instance remembers, finds none. Each leaves one without a name behind, which is counted.
 */
export async function moveConversations(
  person: Pick<Person, 'contactIds'>,
  anonymousId: string,
): Promise<Erasure> {
  const found = await conversationsOf(person);
  const anonymous = new Map<string, Conversation>();
  for (const { data } of found) {
    const id = conversationIdOf(data.channelId, anonymousId);
    // Merged contacts may both have had one on a channel; they were one person's.
    if (!anonymous.has(id)) anonymous.set(id, anonymousOf(data, anonymousId));
  }
  return {
    writes: [
      ...found.map(({ id, version }) => deleteConversation(id, version)),
      ...[...anonymous].map(([id, data]) => createConversation(id, data)),
    ],
    erased: { conversations: found.length },
    cursor: null,
  };
}

const anonymousOf = (conversation: Conversation, contactId: string): Conversation => ({
  ...(Object.fromEntries(
    Object.entries(conversation).filter(([field]) => KEPT.includes(field)),
  ) as unknown as Conversation),
  contactId,
  contactName: null,
  address: {},
  status: 'resolved',
  snoozedUntil: null,
  labels: [],
  unreadCount: 0,
  lastMessage: null,
  lastInboundWamid: null,
});
