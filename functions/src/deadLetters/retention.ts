import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import { deadLetters } from './store';

/**
 * Deletes dead letters that are older than a time.
 *
 * @param end nothing more is begun after this time; the next call goes on
 */
export const removeDeadLetters = (before: number, end: number): Promise<CleanupReport> =>
  batchCleanup(
    deadLetters,
    { where: [['createdAt', '<', before]] },
    { name: 'retention-deadLetters', subcollections: ['parts'], deadline: end },
  );

/** Deletions of a run at most. */
const MAX_DELETES = 200_000;

/**
 * Deletes dead letters that were replayed before a time.
 *
 * @param end nothing more is begun after this time; the next call goes on
 */
export const removeReplayed = (before: number, end: number): Promise<CleanupReport> =>
  batchCleanup(
    deadLetters,
    { where: [['replayedAt', '<', before]] },
    {
      name: 'retention-replayedLetters',
      ...{ subcollections: ['parts'], deadline: end, maxDeletes: MAX_DELETES },
    },
  );
