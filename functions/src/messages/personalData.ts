import { batchQuery } from '../batch/batchQuery';
import { conversationIdOf } from '../conversations/rules';
import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { absent } from '../platform/firestore';
import type { Erasure, PersonalData } from '../platform/personalData';
import { messageState } from './rules';
import type { Message } from './schema';
import { messages, updateMessage } from './store';

const PAGE = 150;

/** What of a message is no personal data, and is counted. */
const KEPT = new Set<string>([
  ...['direction', 'channelId', 'userId', 'type', 'timestamp', 'receivedAt', 'priority', 'sendAt'],
  ...['attempts', 'claimedAt', 'acceptedAt', 'sentAt', 'deliveredAt', 'readAt', 'playedAt'],
  ...['failedAt', 'cancelledAt', 'unknownAt', 'editedAt', 'revokedAt', 'appliedAt', 'pricing'],
]);

/** How a message is worked on; nothing that a person could want to know. */
const INTERNAL = new Set(['claimId', 'dueAt', 'fingerprint', 'heldBy']);

/** All messages and notes of a person, whole. */
export const messageData: PersonalData = {
  async page({ contactIds }, cursor) {
    const page = await batchQuery(messages, [{ where: [['contactId', 'in', contactIds]] }], {
      limit: PAGE,
      cursor,
    });
    return { items: page.items.map(({ id, data }) => toldMessage(id, data)), cursor: page.cursor };
  },
  /** Contents, numbers and WhatsApp's ids go; who of the team wrote, when, and what became of it stay. */
  async erase({ contactIds }, anonymousId) {
    const page = await batchQuery(messages, [{ where: [['contactId', 'in', contactIds]] }], {
      limit: PAGE,
    });
    return {
      writes: page.items.map(({ id, data }) => updateMessage(id, anonymous(data, anonymousId))),
      erased: page.items.length > 0 ? { messages: page.items.length } : {},
      // What is anonymous is not found again, so each page is the first.
      cursor: page.items.length === PAGE ? 'more' : null,
    };
  },
};

/** A message as its person is given it. */
export const toldMessage = (id: string, message: Message): object => ({
  id,
  ...Object.fromEntries(Object.entries(message).filter(([field]) => !INTERNAL.has(field))),
});

/** Sets fields only that nobody else does, so that a status which comes meanwhile counts too. */
function anonymous(message: Message, anonymousId: string): Record<string, unknown> {
  const others = Object.keys(message).filter((field) => !KEPT.has(field));
  return {
    ...Object.fromEntries(others.map((field) => [field, absent()])),
    contactId: anonymousId,
    conversationId: conversationIdOf(message.channelId, anonymousId),
    content: {},
    wamid: null,
    replyTo: null,
    erasedAt: now(),
    ...(message.direction === 'out' ? { to: {}, fingerprint: 'erased' } : {}),
    ...(message.direction === 'out' && message.error
      ? { error: { ...message.error, title: null, details: null } }
      : {}),
    ...stopped(message),
  };
}

/** A message that waits is not sent any more; of one that is on its way nobody will know. */
function stopped(message: Message): Record<string, number> {
  if (message.direction !== 'out') return {};
  switch (messageState(message)) {
    case 'scheduled':
    case 'queued':
      return { cancelledAt: now() };
    case 'sending':
      return { unknownAt: now() };
    default:
      return {};
  }
}

/** Stops what waits to be sent to a person, before anything else. */
export const pendingData: Pick<PersonalData, 'erase'> = {
  async erase({ contactIds }): Promise<Erasure> {
    const waits = contactIds.map((id) => ({
      where: [['contactId', '==', id] as const, ['dueAt', '>=', 0] as const],
    }));
    const page = await batchQuery(messages, waits, { orderBy: [['dueAt', 'asc']], limit: PAGE });
    const writes = page.items.map(({ id, data }): WriteOp =>
      updateMessage(id, { ...stopped(data), dueAt: absent() }),
    );
    return { writes, erased: {}, cursor: page.items.length === PAGE ? 'more' : null };
  },
};
