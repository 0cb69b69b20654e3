import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { deadLetters } from './store';

/**
 * Deletes dead letters that are older than a time.
 */
export const removeDeadLetters = (before: number, limits: CleanupLimits): Promise<CleanupReport> =>
  batchCleanup(
    deadLetters,
    { where: [['createdAt', '<', before]] },
    { name: 'retention-deadLetters', subcollections: ['parts'], ...limits },
  );

/** Deletions of a run at most. */
const MAX_DELETES = 200_000;

/**
 * Deletes dead letters that were replayed before a time.
 */
export const removeReplayed = (before: number, limits: CleanupLimits): Promise<CleanupReport> =>
  batchCleanup(
    deadLetters,
    { where: [['replayedAt', '<', before]] },
    {
      name: 'retention-replayedLetters',
      ...{ subcollections: ['parts'], ...limits, maxDeletes: MAX_DELETES },
    },
  );
