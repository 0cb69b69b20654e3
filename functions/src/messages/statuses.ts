import { batchGet } from '../batch/batchGet';
import { batchUpdate } from '../batch/batchUpdate';
import { BatchError, type ItemError } from '../batch/errors';
import { log } from '../platform/log';
import { absent } from '../platform/firestore';
import { now } from '../platform/clock';
import { dispositionOf } from '../platform/whatsapp/errors';
import type { StatusEvent } from '../platform/whatsapp/webhook';
import { findByWamids } from './byWamid';
import { recordWishes, refusalOfOffers } from '../contacts/wishes';
import { errorOf } from './deliver';
import { idempotencyKey } from './schema';
import { messages } from './store';

/** Meta waits for the answer; what is not stored by then it delivers again. */
const PATIENCE_MS = 8_000;

const TIME_OF = {
  sent: 'sentAt',
  delivered: 'deliveredAt',
  read: 'readAt',
  played: 'playedAt',
  failed: 'failedAt',
} as const;

/**
 * Applies statuses to our messages: each sets the time of its own state and nothing else, so they
 * may come in any order, twice, and before the send is recorded. One write a message, no read:
 * the message's id comes back in every status. Statuses of a message are put into one write.
 *
 * @returns the statuses that belong to no message known here
 */
export async function applyStatuses(events: StatusEvent[]): Promise<StatusEvent[]> {
  const named: StatusOf[] = [];
  const nameless: StatusEvent[] = [];
  for (const event of events) {
    // Other software on the same account may use the field for words of its own.
    const id = idempotencyKey.safeParse(event.callbackData);
    if (id.success) named.push({ id: id.data, event });
    else nameless.push(event);
  }
  return applyByWamid([...(await applyById(named)), ...nameless]);
}

/** A status and the id of the message that it is of. */
interface StatusOf {
  id: string;
  event: StatusEvent;
}

/** Gives the statuses of messages that there are not. */
async function applyById(statuses: StatusOf[]): Promise<StatusEvent[]> {
  const byMessage = new Map<string, StatusEvent[]>();
  for (const { id, event } of statuses) {
    const list = byMessage.get(id);
    if (list) list.push(event);
    else byMessage.set(id, [event]);
  }
  const report = await batchUpdate(
    messages,
    [...byMessage].map(([id, list]) => ({ kind: 'update', id, data: statusUpdate(list) })),
    { deadline: now() + PATIENCE_MS, requestTimeoutMs: PATIENCE_MS },
  );
  const unmatched: StatusEvent[] = [];
  const failures: ItemError[] = [];
  for (const item of report.items) {
    if (item.outcome === 'ok') continue;
    // What can be no message's id, or cannot be stored, is not to come again and again.
    const mayHelp = item.outcome === 'failed' && item.error.code !== 'invalid-argument';
    if (mayHelp) failures.push(item.error);
    else unmatched.push(...(byMessage.get(item.id) ?? []));
    byMessage.delete(item.id);
  }
  if (failures.length > 0) throw new BatchError(failures, report.items.length);
  await afterFailures(byMessage);
  return unmatched;
}

function statusUpdate(statuses: StatusEvent[]): Record<string, unknown> {
  const update: Record<string, unknown> = {
    // Whatever was in doubt is settled, also when the send's answer was lost.
    dueAt: absent(),
  };
  for (const { status, at, wamid, error, pricing } of statuses) {
    update['wamid'] = wamid;
    update[TIME_OF[status]] = Math.min(at ?? now(), now());
    if (status === 'failed' && error) {
      update['error'] = errorOf(error, dispositionOf(error.code).reason);
    }
    if (pricing) {
      update['pricing'] = {
        category: pricing.category ?? null,
        billable: pricing.billable ?? null,
      };
    }
  }
  return update;
}

/**
 * Statuses without our word, or with somebody else's, are found by WhatsApp's id: one query for 30.
 * Gives those of messages that are not known either way.
 */
async function applyByWamid(events: StatusEvent[]): Promise<StatusEvent[]> {
  const found = await findByWamids(events.map(({ wamid }) => wamid));
  const known: StatusOf[] = [];
  const unknown: StatusEvent[] = [];
  for (const event of events) {
    const message = found.get(event.wamid);
    if (message?.data.direction === 'out') known.push({ id: message.id, event });
    else unknown.push(event);
  }
  return [...unknown, ...(await applyById(known))];
}

/** A failure may say something about the recipient; only those that do cost a read. */
async function afterFailures(byMessage: Map<string, StatusEvent[]>): Promise<void> {
  const refused = new Map<string, StatusEvent>();
  for (const [messageId, statuses] of byMessage) {
    for (const event of statuses) {
      const { error } = event;
      if (!error) continue;
      const { reason } = dispositionOf(error.code);
      log.info('a message failed', { messageId, code: error.code, reason });
      if (reason === 'user-stopped-marketing') refused.set(messageId, event);
    }
  }
  const found = await batchGet(messages, [...refused.keys()], { fields: ['contactId'] });
  await recordWishes(
    found.flatMap(({ id, data }) => {
      const { at, recipient } = refused.get(id) as StatusEvent;
      if (!data) return [];
      const told = refusalOfOffers(data.contactId, Math.min(at ?? now(), now()), id);
      return [{ ...told, identity: recipient }];
    }),
  );
}
