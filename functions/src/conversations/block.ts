import { batchQuery } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { conversations, forgetSnapshot } from './store';

/** More channels than anybody has. */
const MAX_CONVERSATIONS = 1_000;

/**
 * Tells the conversations of a contact that they are blocked, or not any more: a send looks at its
 * conversation alone. One read and one write each; doing it again changes nothing.
 */
export async function markConversationsBlocked(
  contactId: string,
  isBlocked: boolean,
): Promise<void> {
  const { items } = await batchQuery(conversations, [{ where: [['contactId', '==', contactId]] }], {
    fields: ['isBlocked'],
    limit: MAX_CONVERSATIONS,
  });
  const open = items.filter(({ data }) => (data.isBlocked ?? false) !== isBlocked);
  throwIfFailed(
    await batchUpdate(
      conversations,
      open.map(({ id }) => ({ kind: 'update', id, data: { isBlocked } })),
    ),
  );
  for (const { id } of items) forgetSnapshot(id);
}
