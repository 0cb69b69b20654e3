import { isDeepStrictEqual } from 'node:util';
import { batchQuery } from '../batch/batchQuery';
import {
  changeConversationFields,
  conversationNow,
  conversationsOf,
  noteMerge,
  takeAway,
  writeConversation,
} from '../conversations/merging';
import { conversationIdOf } from '../conversations/rules';
import type { Conversation } from '../conversations/schema';
import { addToTransaction, inTransaction } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { mergedConversation, undone } from './rules';
import type { MergedConversation } from './schema';
import { keepConversation, markRestored, mergedConversations, readKept } from './store';

const CONCURRENCY = 4;

/**
 * Puts the loser's conversations into the winner's. Each is one commit on the versions that were
 * read: the loser's is taken away, so whatever would still be stored there is refused, and finds
 * the winner when it looks again.
 *
 * @returns how many there were
 */
export async function mergeConversations(
  mergeId: string,
  winnerId: string,
  loserId: string,
  loserIds: readonly string[],
): Promise<number> {
  const losers = await conversationsOf(loserId);
  // eslint-disable-next-line recado/no-firestore-in-loops -- one for each channel, in a commit of its own
  await mapConcurrently(losers, CONCURRENCY, ({ id }) =>
    mergeConversation(mergeId, id, winnerId, loserId),
  );
  await noteMerge(winnerId, loserIds, true);
  return losers.length;
}

const mergeConversation = (
  mergeId: string,
  id: string,
  winnerContactId: string,
  loserContactId: string,
): Promise<void> =>
  // In a transaction, because it has to come through where both are writing all the time.
  inTransaction(async (transaction) => {
    const loser = await conversationNow(id, transaction);
    if (!loser.data || !loser.version) return;
    const winnerId = conversationIdOf(loser.data.channelId, winnerContactId);
    const [winner, kept] = await Promise.all([
      conversationNow(winnerId, transaction),
      readKept(mergeId, id, transaction),
    ]);
    const own = winner.data ?? { ...loser.data, contactId: winnerContactId, mergedFrom: [] };
    const after = winner.data
      ? mergedConversation(own, loser.data, loserContactId)
      : { ...own, mergedFrom: [...new Set([loserContactId, ...(loser.data.mergedFrom ?? [])])] };
    const record: MergedConversation = {
      ...{ winnerId, after, isRestored: false },
      winner: kept.data ? kept.data.winner : (winner.data ?? null),
      loser: kept.data ? kept.data.loser : loser.data,
    };
    addToTransaction(transaction, [
      takeAway(id, loser.version),
      writeConversation(winnerId, after, winner.version),
      keepConversation(mergeId, id, record),
    ]);
  });

/** Gives both contacts the conversations that they had; what came since stays with the winner's. */
export async function separateConversations(
  mergeId: string,
  winnerId: string,
  loserIds: readonly string[],
): Promise<void> {
  const { items } = await batchQuery(mergedConversations(mergeId), [{ where: [] }]);
  const open = items.filter(({ data }) => !data.isRestored);
  // eslint-disable-next-line recado/no-firestore-in-loops -- one for each channel, in a commit of its own
  await mapConcurrently(open, CONCURRENCY, ({ id, data }) => separate(mergeId, id, data));
  await noteMerge(winnerId, loserIds, false);
}

const separate = (mergeId: string, id: string, kept: MergedConversation): Promise<void> =>
  inTransaction(async (transaction) => {
    const [current, loser, { data: again }] = await Promise.all([
      conversationNow(kept.winnerId, transaction),
      conversationNow(id, transaction),
      readKept(mergeId, id, transaction),
    ]);
    if (again?.isRestored) return;
    addToTransaction(transaction, [
      ...(current.data && current.version ? [restored(kept, current.data, current.version)] : []),
      // Somebody who wrote in between began it anew.
      writeConversation(
        id,
        loser.data ? withEarlier(loser.data, kept.loser) : kept.loser,
        loser.version,
      ),
      markRestored(mergeId, id),
    ]);
  });

/** A conversation that began anew, with what was before. */
function withEarlier(current: Conversation, earlier: Conversation): Conversation {
  const { mergedFrom = [] } = earlier;
  return { ...mergedConversation(current, earlier, current.contactId), mergedFrom };
}

function restored(kept: MergedConversation, current: Conversation, version: Version) {
  const { winnerId, winner, after, loser } = kept;
  // It was made for the loser's messages, and nothing else came.
  if (!winner && isDeepStrictEqual(current.lastMessageAt, after.lastMessageAt)) {
    return takeAway(winnerId, version);
  }
  const change = winner ? undone(winner, after, current) : {};
  const isCounted = current.unreadCount !== after.unreadCount;
  const unreadCount = Math.max(0, current.unreadCount - loser.unreadCount);
  return changeConversationFields(
    winnerId,
    { ...change, ...(isCounted ? { unreadCount } : {}), contactId: current.contactId },
    version,
  );
}
