import type { GraphError, SendOutcome } from '../platform/whatsapp/client';
import { dispositionOf } from '../platform/whatsapp/errors';
import { backoffDelay } from '../shared/backoff';
import type { Recipient } from './schema';

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
