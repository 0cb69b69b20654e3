import { pauseAfterError } from '../channels/pause';
import { channel } from '../channels/read';
import { categoryOf } from '../contacts/consent';
import { consentRefusal } from '../contacts/consentState';
import { recordWishes, refusalOfOffers } from '../contacts/wishes';
import { inDoubtGraceMs } from '../params';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { absent } from '../platform/firestore';
import { log } from '../platform/log';
import { sendMessage, type GraphError } from '../platform/whatsapp/client';
import { dispositionOf, type Disposition } from '../platform/whatsapp/errors';
import { backoffDelay } from '../shared/backoff';
import { PermanentError, RetryLater } from '../shared/errors';
import { newId } from '../shared/ids';
import type { TemplateContent } from '../templates/schema';
import { template } from '../templates/read';
import { handOver, payloadOf } from './intent';
import { decideClaim, HAND_OVER_GRACE_MS } from './rules';
import type { DeliverPayload, MessageError, OutboundMessage } from './schema';
import { readMessage, updateMessage } from './store';

/** A task may come a little before its time; clocks differ by as much. */
const EARLY_MS = 1_000;
/** A longer wait is left to the schedule, which looks every minute. */
const QUEUE_WAIT_MS = 60_000;
/** What waits for a paused channel is looked at this often; resuming releases it at once. */
const HELD_MS = 60 * 60_000;

/** The error of a message whose connection to WhatsApp was never made; not one of Meta's codes. */
const NOT_CONNECTED: GraphError = { code: 131000, title: 'no connection to WhatsApp' };

/**
 * Sends a message: claim → send → record. At most one delivery can claim, and whatever happens
 * after the claim without being recorded leaves the message in doubt: it is never sent again, its
 * statuses settle it, else it ends as `unknown`. Costs two writes and no read.
 */
export async function deliver(payload: DeliverPayload): Promise<void> {
  if (payload.notBefore !== undefined && payload.notBefore > now() + EARLY_MS) {
    throw new RetryLater(payload.notBefore);
  }
  if (!payload.to.phone && !payload.to.bsuid) {
    throw new PermanentError('a message without an address');
  }
  if (await isPaused(payload.channelId)) return hold(payload);
  const refusal = await refusalOf(payload);
  if (refusal) {
    return recordFailure(payload, { code: 131050, title: 'refused before it was sent' }, refusal);
  }
  const claimed = await claim(payload);
  if (!claimed) return;

  const outcome = await sendMessage(claimed.channelId, apiPayload(claimed));
  switch (outcome.kind) {
    case 'accepted':
      await commit([
        updateMessage(claimed.messageId, {
          wamid: outcome.wamid,
          acceptedAt: now(),
          dueAt: absent(),
        }),
      ]);
      return;
    case 'rejected':
      return turnedDown(claimed, outcome.error);
    case 'notSent':
      return turnedDown(claimed, NOT_CONNECTED);
    case 'unknown':
      log.warn('a send is in doubt', { messageId: claimed.messageId, cause: outcome.cause });
  }
}

/** Takes the message for this delivery; `undefined` when it is not to be sent (any more). */
async function claim(payload: DeliverPayload): Promise<DeliverPayload | undefined> {
  const claimId = newId();
  let current = payload;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a claim is tried again on what the last try found
  for (;;) {
    const at = now();
    try {
      await commit([
        updateMessage(
          current.messageId,
          { claimId, claimedAt: at, dueAt: at + inDoubtGraceMs(), heldBy: absent() },
          current.version,
        ),
      ]);
      return current;
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
    const { data, version } = await readMessage(current.messageId);
    const message = data?.direction === 'out' ? data : undefined;
    switch (decideClaim(message, claimId)) {
      case 'send':
        return current;
      case 'drop':
        return undefined;
      case 'claim':
        current = payloadOf(current.messageId, message as OutboundMessage, version as string);
    }
  }
}

/** The body of the API's call, with our id as the word that every status brings back. */
function apiPayload({ messageId, to, type, content, replyTo }: DeliverPayload): object {
  return {
    ...(to.phone ? { to: to.phone } : { recipient: to.bsuid }),
    type,
    [type]: content,
    ...(replyTo ? { context: { message_id: replyTo } } : {}),
    biz_opaque_callback_data: messageId,
  };
}

/** WhatsApp said no, so it was not sent, and what was claimed is given back or ended. */
async function turnedDown(payload: DeliverPayload, error: GraphError): Promise<void> {
  const disposition = dispositionOf(error.code);
  const attempts = payload.attempts + 1;
  switch (disposition.action) {
    case 'retry':
      return attempts < disposition.attempts
        ? tryAgain(payload, attempts, error, disposition)
        : recordFailure(payload, error, disposition.reason);
    case 'pause':
      await pauseAfterError(payload.channelId, disposition.scope, {
        reason: disposition.reason,
        code: error.code,
      });
      await release(payload, { heldBy: payload.channelId, dueAt: now() + HELD_MS });
      return letGoIfResumed(payload);
    case 'fail':
      return recordFailure(payload, error, disposition.reason);
  }
}

async function tryAgain(
  payload: DeliverPayload,
  attempts: number,
  error: GraphError,
  { reason, backoff }: Extract<Disposition, { action: 'retry' }>,
): Promise<void> {
  const delay = backoffDelay(attempts, backoff, Math.random());
  const at = now() + delay;
  const viaQueue = delay <= QUEUE_WAIT_MS;
  const version = await release(payload, {
    attempts,
    error: errorOf(error, reason),
    dueAt: viaQueue ? at + HAND_OVER_GRACE_MS : at,
  });
  if (viaQueue) await handOver({ ...payload, attempts, version, notBefore: at });
}

const release = (payload: DeliverPayload, fields: Record<string, unknown>) =>
  commit([updateMessage(payload.messageId, { claimId: absent(), claimedAt: absent(), ...fields })]);

async function recordFailure(
  payload: DeliverPayload,
  error: GraphError,
  reason: string,
): Promise<void> {
  await commit([
    updateMessage(payload.messageId, {
      failedAt: now(),
      error: errorOf(error, reason),
      attempts: payload.attempts + 1,
      dueAt: absent(),
    }),
  ]);
  if (reason !== 'user-stopped-marketing') return;
  const { contactId, to, messageId } = payload;
  await recordWishes([{ ...refusalOfOffers(contactId, now(), messageId), identity: to }]);
}

/** What is kept of an error of WhatsApp's API. */
export const errorOf = (error: GraphError, reason: string): MessageError => ({
  code: error.code,
  reason,
  title: error.title ?? error.message ?? null,
  details: error.error_data?.details ?? null,
});

/** A snapshot may say that sending is allowed; that it is not is decided on what is stored. */
const isPaused = async (channelId: string): Promise<boolean> =>
  Boolean((await channel(channelId))?.paused && (await channel(channelId, true))?.paused);

/** Leaves a message of a paused channel where it is; resuming hands it over again. */
async function hold(payload: DeliverPayload): Promise<void> {
  try {
    await commit([
      updateMessage(
        payload.messageId,
        { heldBy: payload.channelId, dueAt: now() + HELD_MS },
        payload.version,
      ),
    ]);
  } catch (error) {
    // Claimed, cancelled or held already.
    if (!isConflict(error)) throw error;
  }
  await letGoIfResumed(payload);
}

/**
 * Resuming releases what is held at that time. What is held a moment later has to look itself:
 * whichever of the two comes last sees the other.
 */
async function letGoIfResumed({ messageId, channelId }: DeliverPayload): Promise<void> {
  if ((await channel(channelId, true))?.paused) return;
  const { data, version } = await readMessage(messageId);
  if (data?.direction !== 'out' || data.heldBy === undefined || !version) return;
  try {
    await commit([updateMessage(messageId, { dueAt: now(), heldBy: absent() }, version)]);
  } catch (error) {
    if (!isConflict(error)) throw error;
  }
}

/** Why its recipient's wishes forbid it, who may have told them since it was taken. */
async function refusalOf({ type, content, contactId }: DeliverPayload) {
  if (type !== 'template') return null;
  const stored = await template(content as unknown as TemplateContent);
  return consentRefusal(contactId, categoryOf(stored));
}
