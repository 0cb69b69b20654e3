import { batchDelete } from '../batch/batchDelete';
import { batchQuery } from '../batch/batchQuery';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { mergedConversations, merges } from './store';

const PAGE = 100;

/**
 * Forgets what contacts were before merges that cannot be undone any more. The merged contact's
 * place stays, empty: campaigns and links that name it lead on to the winner.
 *
 * @returns how many
 */
export async function removeOldMerges(): Promise<number> {
  const { items } = await batchQuery(merges, [{ where: [['undoUntil', '<=', now()]] }], {
    limit: PAGE,
    fields: ['undoUntil'],
  });
  // eslint-disable-next-line recado/no-firestore-in-loops -- each has a collection of its own
  for (const { id } of items) {
    const kept = await batchQuery(mergedConversations(id), [{ where: [] }], {
      fields: ['winnerId'],
    });
    throwIfFailed(
      await batchDelete(
        mergedConversations(id),
        kept.items.map((one) => one.id),
      ),
    );
  }
  throwIfFailed(
    await batchDelete(
      merges,
      items.map(({ id }) => id),
    ),
  );
  return items.length;
}
