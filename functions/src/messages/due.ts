import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { absent, type Read } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { handOver, HAND_OVER_GRACE_MS, payloadOf } from './intent';
import { modifyLater } from './modify';
import { decideDue } from './rules';
import type { Message } from './schema';
import { readDue, readHeld, updateMessage } from './store';

const PAGE = 200;
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
  for (;;) {
    const due = await readDue(now(), PAGE);
    await processPage(due, report);
    if (due.length < PAGE || now() > end) return report;
  }
}

async function processPage(
  due: (Read<Message> & { data: Message })[],
  report: DueReport,
): Promise<void> {
  const outcomes = await commitGroups(due.map((message) => [leaseWrite(message)]));
  await mapConcurrently(due, CONCURRENCY, async ({ id, data }, index) => {
    const outcome = outcomes[index];
    // Somebody else changed it since; if it is still due, the next run sees it.
    if (!outcome?.ok) return;
    switch (decideDue(data)) {
      case 'handOver':
        if (data.direction === 'out') await handOver(payloadOf(id, data, outcome.version));
        report.handedOver++;
        break;
      case 'giveUp':
        report.gaveUp++;
        break;
      case 'modify':
        if (data.direction === 'in') await modifyLater(id, data);
        report.modified++;
        break;
      case 'settle':
        break;
    }
  });
}

function leaseWrite({ id, data, version }: Read<Message> & { data: Message }): WriteOp {
  switch (decideDue(data)) {
    case 'handOver':
      return updateMessage(id, { dueAt: now() + HAND_OVER_GRACE_MS, heldBy: absent() }, version);
    case 'giveUp':
      return updateMessage(id, { unknownAt: now(), dueAt: absent() }, version);
    case 'modify':
      return updateMessage(id, { dueAt: now() + HAND_OVER_GRACE_MS }, version);
    case 'settle':
      return updateMessage(id, { dueAt: absent() }, version);
  }
}

/**
 * Makes all that waits for a channel due, in pages. Whatever a crash leaves waiting becomes due by
 * itself within the hour.
 */
export async function releaseHeld(channelId: string): Promise<number> {
  let released = 0;
  for (;;) {
    const held = await readHeld(channelId, PAGE);
    const outcomes = await commitGroups(
      held.map(({ id, version }) => [
        updateMessage(id, { dueAt: now(), heldBy: absent() }, version),
      ]),
    );
    const done = outcomes.filter(({ ok }) => ok).length;
    released += done;
    if (held.length < PAGE || done === 0) return released;
  }
}
