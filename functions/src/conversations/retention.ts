import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { conversations } from './store';

/**
 * Deletes conversations in which nothing was written since a time; whoever writes again begins a
 * new one, as the same contact.
 */
export const removeConversations = (
  before: number,
  limits: CleanupLimits,
): Promise<CleanupReport> =>
  batchCleanup(
    conversations,
    { where: [['lastMessageAt', '<', before]] },
    { name: 'retention-conversations', subcollections: [], ...limits },
  );
