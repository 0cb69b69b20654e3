import { log } from '../platform/log';
import type { WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { absent } from '../platform/firestore';
import { now } from '../platform/clock';
import { dispositionOf } from '../platform/whatsapp/errors';
import type { StatusEvent } from '../platform/whatsapp/webhook';
import { mapConcurrently } from '../shared/async';
import { afterFailure, errorOf } from './deliver';
import { findByWamids, readMessage, updateMessage } from './store';
import { idempotencyKey } from './schema';

const CONCURRENCY = 16;

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
  const byMessage = new Map<string, StatusEvent[]>();
  const nameless: StatusEvent[] = [];
  for (const event of events) {
    // Other software on the same account may use the field for words of its own.
    if (event.callbackData && idempotencyKey.safeParse(event.callbackData).success) {
      const list = byMessage.get(event.callbackData);
      if (list) list.push(event);
      else byMessage.set(event.callbackData, [event]);
    } else {
      nameless.push(event);
    }
  }

  const groups = [...byMessage];
  const outcomes = await commitGroups(groups.map(([id, statuses]) => [statusWrite(id, statuses)]));
  const unmatched = groups.flatMap(([, statuses], index) => (outcomes[index]?.ok ? [] : statuses));
  await mapConcurrently(groups, CONCURRENCY, ([id, statuses]) => afterFailures(id, statuses));
  return applyByWamid([...unmatched, ...nameless]);
}

function statusWrite(messageId: string, statuses: StatusEvent[]): WriteOp {
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
  return updateMessage(messageId, update);
}

/**
 * Statuses without our word, or with somebody else's, are found by WhatsApp's id: one query for 30.
 * Gives those of messages that are not known either way.
 */
async function applyByWamid(events: StatusEvent[]): Promise<StatusEvent[]> {
  if (events.length === 0) return [];
  const found = await findByWamids(events.map(({ wamid }) => wamid));
  const messageOf = ({ wamid }: StatusEvent): string | undefined =>
    found.get(wamid)?.data.direction === 'out' ? found.get(wamid)?.id : undefined;

  const known = events.flatMap((event) => {
    const id = messageOf(event);
    return id ? [{ id, event }] : [];
  });
  await commitGroups(known.map(({ id, event }) => [statusWrite(id, [event])]));
  await mapConcurrently(known, CONCURRENCY, ({ id, event }) => afterFailures(id, [event]));
  return events.filter((event) => messageOf(event) === undefined);
}

/** A failure may say something about the recipient; only those that do cost a read. */
async function afterFailures(messageId: string, statuses: StatusEvent[]): Promise<void> {
  for (const { error } of statuses) {
    if (!error) continue;
    const { reason } = dispositionOf(error.code);
    log.info('a message failed', { messageId, code: error.code, reason });
    if (reason !== 'user-stopped-marketing') continue;
    const { data } = await readMessage(messageId);
    if (data) await afterFailure(data.contactId, reason);
  }
}
