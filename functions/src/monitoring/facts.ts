import { campaignsAtWork } from '../campaigns/atWork';
import { allChannels } from '../channels/read';
import { countOpenDeadLetters } from '../deadLetters/count';
import { countDueJobs } from '../jobs/backlog';
import { countExpiringMedia, countOverdue } from '../messages/backlog';
import { dailyBudgetUsd } from '../params';
import { now } from '../platform/clock';
import type { Facts, Totals } from './schema';
import { readSchedules } from './store';
import { recentOf, spentUsd } from './totals';

/**
 * Gathers what the rules decide on, in one round trip and about a read for each channel, campaign
 * that is not over, schedule, and four counts.
 */
export async function gatherFacts(totals: Totals): Promise<Facts> {
  const at = now();
  const [channels, campaigns, deadLetters, messages, jobs, expiringMedia, schedules] =
    await Promise.all([
      allChannels(),
      campaignsAtWork(),
      countOpenDeadLetters(),
      countOverdue(),
      countDueJobs(),
      countExpiringMedia(),
      readSchedules(),
    ]);
  return {
    at,
    ...recentOf(totals, at),
    instances: Object.keys(totals.instances).length,
    spentUsd: spentUsd(totals),
    budgetUsd: dailyBudgetUsd(),
    channels: channels.map(({ id, quality, paused }) => ({
      id,
      quality,
      paused: paused && { reason: paused.reason, code: paused.code },
    })),
    campaigns,
    queues: { messages, jobs },
    deadLetters,
    expiringMedia,
    schedules: schedules.map(({ id, data }) => ({ ...data, name: id })),
    mergedAt: totals.mergedAt,
  };
}
