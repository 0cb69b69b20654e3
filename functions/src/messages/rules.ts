import type { ConsentRefusal } from '../contacts/consent';
import type { Conversation, Preview } from '../conversations/schema';
import { windowIsOpen } from '../conversations/rules';
import type { Channel } from '../channels/schema';
import { hashId } from '../shared/ids';
import type { ErrorCode } from '../shared/errors';
import type { Message, OutboundMessage } from './schema';

/** How long a task may take to be created and run before the schedule looks after the message. */
export const HAND_OVER_GRACE_MS = 90_000;

/** The id of an inbound message's document: the same delivery of a webhook gives the same. */
export const inboundId = (channelId: string, wamid: string): string =>
  hashId('in', channelId, wamid);

export type MessageState =
  | 'received'
  | 'noted'
  | 'scheduled'
  | 'queued'
  | 'sending'
  | 'accepted'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'played'
  | 'failed'
  | 'cancelled'
  | 'unknown';

/** From the furthest back: the first whose time is set is the state. */
const STATES = [
  ['playedAt', 'played'],
  ['readAt', 'read'],
  ['deliveredAt', 'delivered'],
  ['failedAt', 'failed'],
  ['sentAt', 'sent'],
  ['acceptedAt', 'accepted'],
  ['cancelledAt', 'cancelled'],
  ['unknownAt', 'unknown'],
  ['claimedAt', 'sending'],
] as const satisfies [keyof OutboundMessage, MessageState][];

/**
 * A message's state: the furthest of those whose time is known. It does not depend on the order
 * in which they came to be known, nor on how often.
 */
export function messageState(message: Message): MessageState {
  if (message.direction === 'in') return 'received';
  if (message.direction === 'note') return 'noted';
  for (const [time, state] of STATES) if (message[time] !== undefined) return state;
  return message.sendAt !== null && message.attempts === 0 && message.dueAt === message.sendAt
    ? 'scheduled'
    : 'queued';
}

/**
 * How long ago a message was sent at least when it is archived: statuses come for 40 days, and what
 * waits for an answer of WhatsApp is over by then.
 */
export const ARCHIVED_AFTER_MS = 45 * 24 * 60 * 60_000;

/**
 * Whether nothing is left to be done with a message at a time: nobody is to look at it, it is neither
 * on its way nor waiting for its channel, and no status is to come. One may be sent a year after it
 * was written.
 */
export function isOver(message: Message, at: number): boolean {
  if (message.dueAt !== undefined) return false;
  if (message.direction !== 'out') return true;
  const isOnItsWay = ['scheduled', 'queued', 'sending'].includes(messageState(message));
  const sentAt = message.claimedAt ?? message.sendAt ?? message.timestamp;
  return message.heldBy === undefined && !isOnItsWay && at - sentAt > ARCHIVED_AFTER_MS;
}

/** Whether a message that was created at a time was brought back: WhatsApp delivers for a week. */
export const isBroughtBack = ({ timestamp }: Message, at: number): boolean =>
  at - timestamp > ARCHIVED_AFTER_MS;

/** Why a message may not be sent, for whoever sends it. */
export interface Refusal {
  code: ErrorCode;
  reason: string;
  message: string;
  hint: string;
}

export interface SendFacts {
  type: string;
  channel: Channel | undefined;
  conversation: Pick<Conversation, 'lastInboundAt' | 'address' | 'isBlocked'>;
  /** What is wrong with the template; null: nothing, or it is none. */
  templateProblem: { reason: string; hint: string } | null;
  /** Why the person's wishes forbid it. */
  consentRefusal: ConsentRefusal | null;
  /** When it goes out. */
  at: number;
}

const CONSENT_REFUSALS: Record<ConsentRefusal, Omit<Refusal, 'code'>> = {
  'opted-out': {
    reason: 'opted-out',
    message: 'The customer asked for no more messages of this kind.',
    hint: 'Send no templates of this category; others, and answers within 24 hours, are allowed.',
  },
  'no-opt-in': {
    reason: 'no-opt-in',
    message: 'The customer did not ask for offers, which MARKETING_NEEDS_OPT_IN demands.',
    hint: 'Record that they did with contacts-setConsent, with its proof.',
  },
};

/** The one place that decides whether a message may go out, and says why not. */
export function refusalOf(facts: SendFacts): Refusal | null {
  if (!facts.channel) {
    return {
      code: 'not-found',
      reason: 'unknown-channel',
      message: 'The sending number is not connected.',
      hint: 'Connect it with channels-connect.',
    };
  }
  if (facts.channel.paused) {
    return {
      code: 'failed-precondition',
      reason: 'channel-paused',
      message: `Sending over this number is paused: ${facts.channel.paused.reason}.`,
      hint: 'Put the cause right, then use channels-resume.',
    };
  }
  if (facts.conversation.isBlocked) {
    return {
      code: 'failed-precondition',
      reason: 'contact-blocked',
      message: 'The contact is blocked: nothing is sent to it.',
      hint: 'Unblock it with contacts-block if that is right.',
    };
  }
  if (facts.templateProblem) {
    return {
      code: 'failed-precondition',
      reason: facts.templateProblem.reason,
      message: 'The template cannot be sent like this.',
      hint: facts.templateProblem.hint,
    };
  }
  if (facts.type !== 'template' && !windowIsOpen(facts.conversation.lastInboundAt, facts.at)) {
    return {
      code: 'failed-precondition',
      reason: 'window-closed',
      message: 'The customer wrote more than 24 hours before this would go out, or never.',
      hint: 'Send a template.',
    };
  }
  if (facts.consentRefusal) {
    return { code: 'failed-precondition', ...CONSENT_REFUSALS[facts.consentRefusal] };
  }
  return null;
}

/** What a delivery of a task has to do, when the message is not as the task knew it. */
export type ClaimDecision = 'send' | 'claim' | 'drop';

/**
 * Decides after a claim failed. A message that somebody claimed is never sent by somebody else:
 * whether the first one sent it before it died, nobody knows.
 */
export function decideClaim(message: OutboundMessage | undefined, claimId: string): ClaimDecision {
  if (!message) return 'drop';
  // The claim was applied although its answer got lost.
  if (message.claimId === claimId) return 'send';
  return messageState(message) === 'queued' || messageState(message) === 'scheduled'
    ? 'claim'
    : 'drop';
}

/** What the minute's schedule has to do with a message that is due. */
export type DueDecision = 'handOver' | 'giveUp' | 'modify' | 'settle';

/**
 * `handOver`: it waits to be sent. `giveUp`: it was claimed and nothing was heard since.
 * `modify`: a reaction, edit or revocation that waits for its message. `settle`: nothing is left.
 */
export function decideDue(message: Message): DueDecision {
  if (message.direction === 'note') return 'settle';
  if (message.direction === 'in') return message.target ? 'modify' : 'settle';
  switch (messageState(message)) {
    case 'scheduled':
    case 'queued':
      return 'handOver';
    case 'sending':
      return 'giveUp';
    default:
      return 'settle';
  }
}

const PREVIEW_LENGTH = 120;

/** The first characters, of which each may take two places; most texts are short. */
const beginningOf = (text: string): string =>
  text.length <= PREVIEW_LENGTH
    ? text
    : Array.from(text.slice(0, 2 * PREVIEW_LENGTH))
        .slice(0, PREVIEW_LENGTH)
        .join('');

/** What lists of conversations show of a message. */
export function previewOf(direction: 'in' | 'out', type: string, content: object): Preview {
  const { body, caption, name, filename } = content as Record<string, unknown>;
  const inner =
    typeof body === 'object' && body !== null ? (body as { text?: unknown }).text : body;
  const text = [inner, caption, name, filename].find((part) => typeof part === 'string') ?? '';
  return { text: beginningOf(text), type, direction };
}
