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
