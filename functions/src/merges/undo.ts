import { countMoved, moveBack } from '../messages/merging';
import type { JobHandler } from '../jobs/run';
import { commit } from '../platform/commit';
import { separateContacts } from './contactStep';
import { separateConversations } from './conversationStep';
import type { Merge } from './schema';
import { readMerge, updateMerge } from './store';

interface State {
  phase: 'conversations' | 'messages';
}

/**
 * Undoes a merge: contacts, conversations and messages are again what they were. What came after
 * the merge stays with the winner, because nobody can tell whose it would have been.
 */
export const unmergeJob: JobHandler<{ mergeId: string }, State> = {
  async step({ input: { mergeId }, state, progress, createdBy }) {
    if (state === null) {
      await separateContacts(mergeId, createdBy);
      const total = await countMoved(mergeId);
      return { state: { phase: 'conversations' }, progress: { done: 0, total }, isDone: false };
    }
    const merge = await mergeOf(mergeId);
    if (state.phase === 'conversations') {
      await separateConversations(mergeId, merge.winnerId, losersOf(merge));
      return { state: { phase: 'messages' }, progress, isDone: false };
    }
    const moved = await moveBack(mergeId, merge.winnerId, merge.loserId);
    const done = progress.done + moved;
    if (moved > 0) return { state, progress: { ...progress, done }, isDone: false };
    return {
      state,
      writes: [updateMerge(mergeId, { status: 'undone' })],
      result: { winnerId: merge.winnerId, loserId: merge.loserId, messages: done },
      isDone: true,
    };
  },
  // Once the contacts are two again, the rest has to follow.
  cancelled: ({ input: { mergeId }, state, createdBy }) =>
    state === null ? Promise.resolve() : undoWhole(mergeId, createdBy),
};

/** Undoes a merge from start to end; where it had not begun there is nothing to do. */
export async function undoWhole(mergeId: string, userId: string): Promise<void> {
  if (!(await readMerge(mergeId)).data) return;
  const merge = await separateContacts(mergeId, userId);
  if (merge.status === 'undone') return;
  await separateConversations(mergeId, merge.winnerId, losersOf(merge));
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  while ((await moveBack(mergeId, merge.winnerId, merge.loserId)) > 0);
  await commit([updateMerge(mergeId, { status: 'undone' })]);
}

const losersOf = ({ loserId, before }: Merge): string[] => [
  loserId,
  ...(before.loser.mergedFrom ?? []),
];

async function mergeOf(mergeId: string): Promise<Merge> {
  const { data } = await readMerge(mergeId);
  if (!data) throw new Error(`the merge ${mergeId} is gone`);
  return data;
}
