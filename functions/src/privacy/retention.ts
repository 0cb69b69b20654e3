import { removeAuditEntries } from '../audit/retention';
import type { CleanupReport } from '../batch/batchCleanup';
import { removeCampaigns } from '../campaigns/retention';
import { removeConversations } from '../conversations/retention';
import { removeDeadLetters } from '../deadLetters/retention';
import { removeJobs } from '../jobs/retention';
import { removeMessages, tidyErased } from '../messages/retention';
import { retentionDays, type Retained } from '../params';
import { now } from '../platform/clock';
import { log } from '../platform/log';

const DAY_MS = 24 * 60 * 60_000;
/** For a week WhatsApp delivers again; what is gone by then would come again as new. */
const MIN_DAYS = 8;

type Removal = (before: number, end: number) => Promise<CleanupReport>;

const REMOVALS: [Retained, string, Removal][] = [
  ['messages', 'messages', removeMessages],
  ['messages', 'conversations', removeConversations],
  ['campaigns', 'campaigns', removeCampaigns],
  ['audit', 'auditLog', removeAuditEntries],
  ['deadLetters', 'deadLetters', removeDeadLetters],
  ['jobs', 'jobs', removeJobs],
];

/**
 * Deletes what is older than the parameters allow, and tidies up after erasures. One that fails does
 * not keep the others from theirs.
 *
 * @param end nothing more is begun after this time, epoch ms; the next run goes on
 * @returns how many documents were deleted, by collection; those that are kept for ever are missing
 */
export async function retain(end: number): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  await attempt('erased', async () => {
    removed['erasedIds'] = await tidyErased();
  });
  for (const [what, name, remove] of REMOVALS) {
    const days = retentionDays(what);
    if (days <= 0) continue;
    await attempt(name, async () => {
      const { deleted } = await remove(now() - Math.max(days, MIN_DAYS) * DAY_MS, end);
      removed[name] = deleted;
    });
  }
  return removed;
}

async function attempt(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error('a clean-up failed; the next run makes up for it', { what, error });
  }
}
