import { z } from 'zod';
import type { InboundContent } from '../platform/whatsapp/inboundContent';
import { channelId } from '../channels/schema';
import { conversationId } from '../conversations/schema';
import { outboundContent } from './content';

const priority = z.enum(['critical', 'normal', 'low']);
export type Priority = z.infer<typeof priority>;

/** Why a message failed; `title` and `details` are Meta's words. */
export interface MessageError {
  code: number;
  reason: string;
  title: string | null;
  details: string | null;
}

interface Common {
  channelId: string;
  conversationId: string;
  contactId: string;
  /** The member who wrote it; null for customers and for what the system itself says. */
  userId: string | null;
  type: string;
  /** In WhatsApp's own words, without the envelope: `{body: 'Hello'}` for a text. */
  content: object;
  /** By which a thread is ordered: WhatsApp's time inbound, the intent's outbound. Epoch ms. */
  timestamp: number;
  wamid: string | null;
  /** The wamid of the message that is answered. */
  replyTo: string | null;
  /** By contact: the latest reaction. */
  reactions?: Record<string, { emoji: string; at: number }>;
  /** When the minute's schedule has to look at it next; absent where nothing is left to do. */
  dueAt?: number;
  /** The merges of contacts that moved it into this conversation. */
  merges?: string[];
  /** When its person was erased; nothing of its content is left. */
  erasedAt?: number;
}

export interface InboundMessage extends Common {
  direction: 'in';
  receivedAt: number;
  referral?: Record<string, string>;
  groupId?: string;
  editedAt?: number;
  /** What it said before the first edit. */
  originalContent?: object;
  revokedAt?: number;
  /** For reactions, edits and revocations: the wamid of the message that they change. */
  target?: string;
  appliedAt?: number;
}

/** Each state has a time of its own, so writes may come in any order; see `messageState`. */
export interface OutboundMessage extends Common {
  direction: 'out';
  to: Address;
  priority: Priority;
  /** When it is to go out, if not at once. */
  sendAt: number | null;
  /** Detects that an idempotency key is used for something else. */
  fingerprint: string;
  /** Sends that WhatsApp turned down. */
  attempts: number;
  /** Which delivery of its task took it. */
  claimId?: string;
  claimedAt?: number;
  acceptedAt?: number;
  sentAt?: number;
  deliveredAt?: number;
  readAt?: number;
  playedAt?: number;
  failedAt?: number;
  cancelledAt?: number;
  /** Nobody knows whether it was sent: no answer, and no status within the grace period. */
  unknownAt?: number;
  /** The paused channel that it waits for. */
  heldBy?: string;
  error?: MessageError;
  pricing?: { category: string | null; billable: boolean | null };
}

/** What a member wrote for the team only; it never leaves. */
export interface Note extends Common {
  direction: 'note';
}

/** `messages/{id}`. All times are epoch milliseconds. */
export type Message = InboundMessage | OutboundMessage | Note;

/** Where a message goes: the number, or the business-scoped user id where it is hidden. */
export interface Address {
  phone?: string;
  bsuid?: string;
}

export type { InboundContent };

/** Chosen by the client, once a message: repeating a call with it does not send twice. */
export const idempotencyKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,128}$/, 'takes 8–128 letters, digits, "-" or "_"; a UUID is good');

/** One send: into a conversation, or to a number over a channel. */
export const sendInput = z
  .strictObject({
    idempotencyKey,
    conversationId: conversationId.optional(),
    to: z.string().min(5).max(30).optional(),
    channelId: channelId.optional(),
    message: outboundContent,
    /** The id of the message that is answered. */
    replyTo: z
      .string()
      .regex(/^[A-Za-z0-9_-]{8,128}$/)
      .optional(),
    priority: priority.default('normal'),
    /** Epoch ms, up to a year ahead. */
    sendAt: z.int().positive().optional(),
  })
  .refine((input) => (input.conversationId === undefined) !== (input.to === undefined), {
    message: 'give either "conversationId" or "to"',
    path: ['conversationId'],
  })
  .refine((input) => (input.to === undefined) === (input.channelId === undefined), {
    message: '"channelId" goes with "to": the number that sends',
    path: ['channelId'],
  });
export type SendInput = z.output<typeof sendInput>;

const MAX_BULK = 500;
export const sendBulkInput = z.strictObject({
  /** Each is checked by itself: a wrong one does not stop the others. */
  messages: z.array(z.unknown()).min(1).max(MAX_BULK),
});

export const cancelInput = z.strictObject({ messageId: idempotencyKey });

/** What a task of the send queue carries: enough to send without reading. */
export const deliverPayload = z.object({
  messageId: z.string(),
  /** The message's version when it was handed over; the claim demands it. */
  version: z.string(),
  /** Sends turned down before. */
  attempts: z.number(),
  /** Not before this time, epoch ms. */
  notBefore: z.number().optional(),
  channelId: z.string(),
  contactId: z.string(),
  to: z.object({ phone: z.string().optional(), bsuid: z.string().optional() }),
  type: z.string(),
  content: z.record(z.string(), z.unknown()).or(z.array(z.unknown())),
  replyTo: z.string().nullable(),
  priority,
});
export type DeliverPayload = z.output<typeof deliverPayload>;
