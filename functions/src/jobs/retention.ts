import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import { jobs } from './store';

/**
 * Deletes jobs that ended before a time.
 *
 * @param end nothing more is begun after this time; the next call goes on
 */
export const removeJobs = (before: number, end: number): Promise<CleanupReport> =>
  batchCleanup(
    jobs,
    { where: [['endedAt', '<', before]] },
    { name: 'retention-jobs', subcollections: [], deadline: end },
  );
