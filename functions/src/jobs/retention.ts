import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { jobs } from './store';

/** Deletes jobs that ended before a time, with the pieces that those which failed have left. */
export const removeJobs = (before: number, limits: CleanupLimits): Promise<CleanupReport> =>
  batchCleanup(
    jobs,
    { where: [['endedAt', '<', before]] },
    { name: 'retention-jobs', subcollections: ['pieces'], ...limits },
  );
