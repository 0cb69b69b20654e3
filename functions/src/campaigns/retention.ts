import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import { campaigns } from './store';

/**
 * Deletes campaigns that ended before a time, with their lists, recipients and outcomes.
 *
 * @param end nothing more is begun after this time; the next call goes on
 */
export const removeCampaigns = (before: number, end: number): Promise<CleanupReport> =>
  batchCleanup(
    campaigns,
    { where: [['completedAt', '<', before]] },
    {
      name: 'retention-campaigns',
      subcollections: ['chunks', 'outcomes', 'rows', 'jobs'],
      deadline: end,
    },
  );
