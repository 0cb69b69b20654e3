import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import { conversations } from './store';

/**
 * Deletes conversations in which nothing was written since a time; whoever writes again begins a
 * new one, as the same contact.
 *
 * @param end nothing more is begun after this time; the next call goes on
 */
export const removeConversations = (before: number, end: number): Promise<CleanupReport> =>
  batchCleanup(
    conversations,
    { where: [['lastMessageAt', '<', before]] },
    { name: 'retention-conversations', subcollections: [], deadline: end },
  );
