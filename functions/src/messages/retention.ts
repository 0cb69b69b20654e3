import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { batchPages } from '../batch/batchPages';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { messages } from './store';

/**
 * Deletes messages and notes that are older than a time, the oldest first.
 */
export const removeMessages = (before: number, limits: CleanupLimits): Promise<CleanupReport> =>
  batchCleanup(
    messages,
    { where: [['timestamp', '<', before]] },
    { name: 'retention-messages', subcollections: [], ...limits },
  );

/** Statuses come for so long at most. */
const STATUSES_MS = 40 * 24 * 60 * 60_000;

/**
 * Takes WhatsApp's ids off erased messages: a status that came after the erasure has brought them
 * again, and they have the number in them. One read for each message erased in the last 40 days.
 *
 * @returns how many had one
 */
export async function tidyErased(dryRun = false): Promise<number> {
  let tidied = 0;
  const erased = batchPages(messages, [{ where: [['erasedAt', '>=', now() - STATUSES_MS]] }], {
    orderBy: [['erasedAt', 'asc']],
    fields: ['wamid'],
  });
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  for await (const { items } of erased) {
    const told = items.filter(({ data }) => data.wamid !== null);
    if (dryRun) {
      tidied += told.length;
      continue;
    }
    const report = await batchUpdate(
      messages,
      told.map(({ id }) => ({ kind: 'update', id, data: { wamid: null } })),
    );
    tidied += throwIfFailed(report).ok;
  }
  return tidied;
}
