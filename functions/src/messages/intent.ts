import type { Conversation } from '../conversations/schema';
import { outboundUpdate } from '../conversations/writes';
import type { WriteOp } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { enqueue } from '../platform/tasks';
import { log } from '../platform/log';
import { now } from '../platform/clock';
import { hashId } from '../shared/ids';
import { HAND_OVER_GRACE_MS, previewOf } from './rules';
import type { Address, DeliverPayload, OutboundMessage, Priority } from './schema';
import { createMessage } from './store';

/** A time this near is not worth a round by the schedule. */
const AT_ONCE_MS = 2_000;

/** What is to be sent, decided and complete. */
export interface Intent {
  messageId: string;
  channelId: string;
  conversationId: string;
  contactId: string;
  userId: string | null;
  to: Address;
  type: string;
  content: object;
  replyTo: string | null;
  priority: Priority;
  sendAt: number | null;
}

/** What identifies an intent's content, to tell a repeated call from a key used twice. */
export const fingerprintOf = (parts: unknown): string => hashId(JSON.stringify(parts));

/** The document that an intent becomes. Until it is claimed, `dueAt` sees to it that it goes out. */
export function outboundMessage(intent: Intent, fingerprint: string): OutboundMessage {
  const { channelId, conversationId, contactId, userId, to, type, content, replyTo, priority } =
    intent;
  const { sendAt } = intent;
  const at = now();
  const waits = sendAt !== null && sendAt > at + AT_ONCE_MS;
  return {
    channelId,
    conversationId,
    contactId,
    userId,
    to,
    type,
    content,
    replyTo,
    priority,
    direction: 'out',
    timestamp: at,
    wamid: null,
    sendAt: waits ? sendAt : null,
    fingerprint,
    attempts: 0,
    dueAt: waits ? sendAt : at + HAND_OVER_GRACE_MS,
  };
}

/** The writes that store an intent in a conversation that exists: one commit, two writes. */
export const intentWrites = (
  intent: Intent,
  message: OutboundMessage,
  known?: Pick<Conversation, 'openedAt' | 'replies'>,
): WriteOp[] => [
  createMessage(intent.messageId, message),
  outboundUpdate(
    intent.conversationId,
    {
      userId: intent.userId,
      preview: previewOf('out', intent.type, intent.content),
      at: message.timestamp,
    },
    known,
  ),
];

/** The task for a message at a version. */
export const payloadOf = (
  messageId: string,
  message: OutboundMessage,
  version: Version,
  notBefore?: number,
): DeliverPayload => ({
  messageId,
  version,
  attempts: message.attempts,
  ...(notBefore !== undefined ? { notBefore } : {}),
  channelId: message.channelId,
  contactId: message.contactId,
  to: message.to,
  type: message.type,
  content: message.content as DeliverPayload['content'],
  replyTo: message.replyTo,
  priority: message.priority,
});

/**
 * Puts a message into the queue of its priority. A failure is only logged: the intent is stored,
 * and the schedule finds it. Handing over twice is harmless, because only one delivery can claim.
 */
export async function handOver(payload: DeliverPayload): Promise<void> {
  try {
    await enqueue(`queue-${payload.priority}`, payload, {
      key: `${payload.messageId}@${payload.version}`,
      ...(payload.notBefore !== undefined ? { at: payload.notBefore } : {}),
    });
  } catch (error) {
    log.warn('a task could not be created; the schedule will', {
      messageId: payload.messageId,
      error,
    });
  }
}
