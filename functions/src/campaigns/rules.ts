import type { GraphError, SendOutcome } from '../platform/whatsapp/client';
import { dispositionOf } from '../platform/whatsapp/errors';
import { backoffDelay } from '../shared/backoff';
import type { Chunk, ChunkCounts, Recipient } from './schema';

/** Recipients that are claimed in one write; what a crash can leave in doubt. */
export const MICRO_BATCH = 20;

/** What a lane sends a second at most: one write a second for its chunk, in micro-batches. */
const LANE_RATE = MICRO_BATCH;

/**
 * The messages a second of each lane of a channel: together the channel's throughput less a
 * reserve for messages of the team.
 *
 * @param reservePercent of the throughput; at least one message a second is kept
 */
export function laneShares(throughput: number, reservePercent: number): number[] {
  const reserve = Math.max(1, Math.floor((throughput * reservePercent) / 100));
  const rate = Math.max(1, throughput - reserve);
  const lanes = Math.ceil(rate / LANE_RATE);
  return Array.from(
    { length: lanes },
    (_, lane) => Math.floor(rate / lanes) + (lane < rate % lanes ? 1 : 0),
  );
}

/** Whether a recipient may be sent to now. */
export const isSendable = ({ state, notBefore }: Recipient, now: number): boolean =>
  state === undefined && (notBefore ?? 0) <= now;

/** The ids of the recipients whose turn it is, in a steady order. */
export function nextBatch(chunk: Pick<Chunk, 'recipients'>, now: number, size: number): string[] {
  const ids: string[] = [];
  for (const [id, recipient] of Object.entries(chunk.recipients)) {
    if (isSendable(recipient, now)) ids.push(id);
    if (ids.length === size) break;
  }
  return ids;
}

/** What the recipients have come to. */
export function countsOf(recipients: Chunk['recipients']): ChunkCounts {
  const counts: ChunkCounts = { recipients: 0, accepted: 0, failed: 0, skipped: 0, unknown: 0 };
  for (const { state } of Object.values(recipients)) {
    counts.recipients++;
    if (state && state !== 'claimed') counts[state]++;
  }
  return counts;
}

/**
 * When a chunk that nobody works on has to be looked at next: the earliest of what waits to be
 * sent and of what is in doubt; `undefined` where nothing is left to do.
 */
export function nextDueAt(recipients: Chunk['recipients'], graceMs: number): number | undefined {
  let due = Number.POSITIVE_INFINITY;
  for (const { state, notBefore, at } of Object.values(recipients)) {
    if (state === undefined) due = Math.min(due, notBefore ?? 0);
    else if (state === 'claimed') due = Math.min(due, (at ?? 0) + graceMs);
  }
  return Number.isFinite(due) ? due : undefined;
}

/** What a send's outcome does to the recipient, and to more than the recipient. */
export interface SendDecision {
  /** Replaces what is known of the recipient's sending; null: it stays in doubt. */
  result: SendResult | null;
  /** Lowers the lane's pace. */
  isThrottled?: boolean;
  /** Pauses the campaign, or all that is sent over the channel or by the account. */
  pause?: { scope: 'campaign' | 'channel' | 'account'; reason: string; code: number };
  /** The recipient wants no more offers. */
  hasOptedOut?: boolean;
  /** The template's parameters were refused; a few in a row pause the campaign. */
  isBadTemplate?: boolean;
}

/** A recipient's sending state after a send. Without a state it is to be sent (again). */
export type SendResult = Pick<
  Recipient,
  'state' | 'wamid' | 'code' | 'reason' | 'attempts' | 'notBefore'
>;

/** The error where a connection to WhatsApp was never made; not one of Meta's codes. */
const NOT_CONNECTED: GraphError = { code: 131000, title: 'no connection to WhatsApp' };
/** A campaign that waited for days would never end; who is not reached now can be retried. */
const MAX_WAIT_MS = 60 * 60_000;

/** Decides what a send's outcome means. `attempts`: sends turned down before this one. */
export function decideSend(
  outcome: SendOutcome,
  attempts: number,
  at: number,
  random: number,
): SendDecision {
  switch (outcome.kind) {
    case 'accepted':
      return { result: { state: 'accepted', wamid: outcome.wamid } };
    case 'unknown':
      return { result: null };
    case 'notSent':
      return turnedDown(NOT_CONNECTED, attempts + 1, at, random);
    case 'rejected':
      return turnedDown(outcome.error, attempts + 1, at, random);
  }
}

function turnedDown(
  { code }: GraphError,
  attempts: number,
  at: number,
  random: number,
): SendDecision {
  const disposition = dispositionOf(code);
  const { reason } = disposition;
  const failed: SendResult = { state: 'failed', code, reason, attempts };
  if (disposition.action === 'pause') {
    // It was not at fault, so its try does not count.
    const pause = { scope: disposition.scope, reason, code };
    return { result: { attempts: attempts - 1, code, reason }, pause };
  }
  if (disposition.action === 'retry') {
    const delay = backoffDelay(attempts, disposition.backoff, random);
    const isCampaigns = disposition.scope === 'campaign';
    if (isCampaigns) {
      return {
        result: { attempts: attempts - 1, code, reason },
        pause: { scope: 'campaign', reason, code },
      };
    }
    if (attempts >= disposition.attempts || delay > MAX_WAIT_MS) return { result: failed };
    return {
      result: { attempts, code, reason, notBefore: at + delay },
      ...(disposition.scope === 'channel' || disposition.scope === 'account'
        ? { isThrottled: true }
        : {}),
    };
  }
  if (disposition.scope === 'template' && reason !== 'bad-template-parameters') {
    return {
      result: { attempts: attempts - 1, code, reason },
      pause: { scope: 'campaign', reason, code },
    };
  }
  return {
    result: failed,
    ...(reason === 'user-stopped-marketing' ? { hasOptedOut: true } : {}),
    ...(reason === 'bad-template-parameters' ? { isBadTemplate: true } : {}),
  };
}
