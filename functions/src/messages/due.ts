import { batchQuery, type QueryPage } from '../batch/batchQuery';
import { batchUpdate, type Update } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { absent } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import type { Found } from './byWamid';
import { handOver, payloadOf } from './intent';
import { modifyLater } from './modify';
import { decideDue, HAND_OVER_GRACE_MS } from './rules';
import type { DeliverPayload, InboundMessage, Message } from './schema';
import { messages } from './store';

const PAGE = 200;
const RELEASE_PAGE = 1_000;
/** The schedule comes every minute; a run ends before the next one begins. */
const MAX_RUN_MS = 45_000;
const CONCURRENCY = 20;

export interface DueReport {
  handedOver: number;
  gaveUp: number;
  modified: number;
}

/**
 * Does what has to be done at a time: scheduled messages, those to be tried again, intents whose
 * task was never created, sends in doubt beyond the grace period, changes that came before their
 * message. Each is leased by a write on the version that was read and then acted on, so runs may
 * overlap, and a run that dies is made up for when the lease is over.
 */
export async function processDue(): Promise<DueReport> {
  const report: DueReport = { handedOver: 0, gaveUp: 0, modified: 0 };
  const end = now() + MAX_RUN_MS;
  // eslint-disable-next-line recado/no-firestore-in-loops -- what is leased leaves the query before the next page is read
  for (;;) {
    const due = await batchQuery(messages, [{ where: [['dueAt', '<=', now()]] }], { limit: PAGE });
    await processPage(due.items, report);
    if (due.cursor === null || now() > end) return report;
  }
}

async function processPage(due: readonly Found[], report: DueReport): Promise<void> {
  const leases = await batchUpdate(messages, due.map(leaseOf));
  const toHandOver: DeliverPayload[] = [];
  const toModify: { id: string; data: InboundMessage }[] = [];
  for (const [index, { id, data }] of due.entries()) {
    const lease = leases.items[index];
    // Somebody else changed it since; if it is still due, the next run sees it.
    if (lease?.outcome !== 'ok' || !lease.version) continue;
    switch (decideDue(data)) {
      case 'handOver':
        if (data.direction === 'out') toHandOver.push(payloadOf(id, data, lease.version));
        break;
      case 'giveUp':
        report.gaveUp++;
        break;
      case 'modify':
        if (data.direction === 'in') toModify.push({ id, data });
        break;
      case 'settle':
        break;
    }
  }
  await mapConcurrently(toHandOver, CONCURRENCY, handOver);
  report.handedOver += toHandOver.length;
  await modifyLater(toModify);
  report.modified += toModify.length;
  throwIfFailed(leases);
}

function leaseOf({ id, data, version }: Found): Update<Message> {
  const lease = { kind: 'update', id, version } as const;
  switch (decideDue(data)) {
    case 'handOver':
      return { ...lease, data: { dueAt: now() + HAND_OVER_GRACE_MS, heldBy: absent() } };
    case 'giveUp':
      return { ...lease, data: { unknownAt: now(), dueAt: absent() } };
    case 'modify':
      return { ...lease, data: { dueAt: now() + HAND_OVER_GRACE_MS } };
    case 'settle':
      return { ...lease, data: { dueAt: absent() } };
  }
}

/**
 * Makes all that waits for a channel due, in pages. Whatever a crash leaves waiting becomes due by
 * itself within the hour.
 */
export async function releaseHeld(channelId: string): Promise<number> {
  let released = 0;
  let page: QueryPage<Message> | undefined;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  do {
    page = await batchQuery(messages, [{ where: [['heldBy', '==', channelId]] }], {
      fields: ['heldBy'],
      limit: RELEASE_PAGE,
      cursor: page?.cursor ?? null,
    });
    const report = await batchUpdate(
      messages,
      page.items.map(({ id, version }) => ({
        kind: 'update',
        id,
        data: { dueAt: now(), heldBy: absent() },
        version,
      })),
    );
    released += throwIfFailed(report).ok;
  } while (page.cursor);
  return released;
}
