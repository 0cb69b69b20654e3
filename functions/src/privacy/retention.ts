import { removeArchived } from '../archive/retention';
import { removeAuditEntries } from '../audit/retention';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { removeCampaigns, removeLists } from '../campaigns/retention';
import { removeConversations } from '../conversations/retention';
import { removeDeadLetters, removeReplayed } from '../deadLetters/retention';
import { removeJobs } from '../jobs/retention';
import { removeMessages, tidyErased } from '../messages/retention';
import { deadLettersDays, retentionDays } from '../params';
import { now } from '../platform/clock';
import { log } from '../platform/log';

const DAY_MS = 24 * 60 * 60_000;
/** For a week WhatsApp delivers again; what is gone by then would come again as new. */
const MIN_DAYS = 8;

type Removal = (before: number, limits: CleanupLimits) => Promise<{ deleted: number }>;

interface Rule {
  /** What is deleted, as the figures name it. */
  name: string;
  /** After how many days; 0: never. */
  days: () => number;
  remove: Removal;
}

const RULES: Rule[] = [
  { name: 'messages', days: () => retentionDays('messages'), remove: removeMessages },
  {
    name: 'archivedMessages',
    days: () => retentionDays('messages'),
    remove: (before, limits) => removeArchived('messages', before, limits),
  },
  { name: 'conversations', days: () => retentionDays('messages'), remove: removeConversations },
  { name: 'campaigns', days: () => retentionDays('campaigns'), remove: removeCampaigns },
  { name: 'campaignLists', days: () => retentionDays('lists'), remove: removeLists },
  { name: 'auditLog', days: () => retentionDays('audit'), remove: removeAuditEntries },
  { name: 'deadLetters', days: () => retentionDays('deadLetters'), remove: removeDeadLetters },
  { name: 'replayedLetters', days: deadLettersDays, remove: removeReplayed },
  { name: 'jobs', days: () => retentionDays('jobs'), remove: removeJobs },
];

/**
 * Deletes what is older than the parameters allow, and tidies up after erasures. One that fails does
 * not keep the others from theirs.
 *
 * @returns how many documents were deleted, by rule; those that are kept for ever are missing
 */
export async function retain(limits: CleanupLimits): Promise<Record<string, number>> {
  const removed: Record<string, number> = {};
  await attempt('erased', async () => {
    removed['erasedIds'] = await tidyErased(limits.dryRun);
  });
  for (const { name, days, remove } of RULES) {
    await attempt(name, async () => {
      if (days() <= 0) return;
      const { deleted } = await remove(now() - Math.max(days(), MIN_DAYS) * DAY_MS, limits);
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
