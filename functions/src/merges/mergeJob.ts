import { countMessages, moveMessages } from '../messages/merging';
import type { JobHandler, StepContext } from '../jobs/run';
import { mergeContacts } from './contactStep';
import { mergeConversations } from './conversationStep';
import { readMerge, updateMerge } from './store';
import { undoWhole } from './undo';

interface Input {
  winnerId: string;
  loserId: string;
}

/** How far a merge is. */
interface State {
  phase: 'conversations' | 'messages';
  winnerId: string;
  loserId: string;
  /** Whom the loser had taken in, and the loser. */
  loserIds: string[];
  /** Since the conversations were looked at last. */
  moved: number;
}

/**
 * Merges two contacts: first the contacts, in one commit, then their conversations, each in one,
 * then the messages, page by page. Each step is safe to run again, and whatever is stored meanwhile
 * under the loser's name is found by the next one: it ends when a look finds nothing more.
 */
export const mergeJob: JobHandler<Input, State> = {
  async step({ jobId, input, state, progress, createdBy }) {
    if (state === null) {
      const pair = await mergeContacts(jobId, input, createdBy);
      if (!pair) return { state: NOTHING, isDone: true, result: { merged: false } };
      const { data } = await readMerge(jobId);
      const loserIds = [pair.loserId, ...(data?.before.loser.mergedFrom ?? [])];
      return {
        state: { phase: 'conversations', ...pair, loserIds, moved: 0 },
        progress: { done: 0, total: await countMessages(pair.loserId) },
        isDone: false,
      };
    }
    const { winnerId, loserId, loserIds } = state;
    if (state.phase === 'conversations') {
      const found = await mergeConversations(jobId, winnerId, loserId, loserIds);
      return { state: { ...state, phase: 'messages', moved: found }, progress, isDone: false };
    }
    const moved = await moveMessages(jobId, loserId, winnerId);
    const done = progress.done + moved;
    if (moved > 0) {
      return {
        state: { ...state, moved: state.moved + moved },
        progress: { done, total: Math.max(progress.total ?? 0, done) },
        isDone: false,
      };
    }
    if (state.moved > 0) {
      // Once more, for what was on its way when this began.
      return { state: { ...state, phase: 'conversations', moved: 0 }, progress, isDone: false };
    }
    return {
      state,
      writes: [updateMerge(jobId, { status: 'done' })],
      result: { merged: true, winnerId, loserId, messages: done },
      isDone: true,
    };
  },
  // Half a merge helps nobody: it is undone.
  async cancelled({ jobId, createdBy }: StepContext<Input, State>) {
    await undoWhole(jobId, createdBy);
  },
};

const NOTHING: State = {
  ...{ phase: 'messages', winnerId: '', loserId: '' },
  ...{ loserIds: [], moved: 0 },
};
