import { batchQuery, type QueryPage } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { markBlocked } from '../contacts/block';
import { markConversationsBlocked } from '../conversations/block';
import { now } from '../platform/clock';
import { absent } from '../platform/firestore';
import type { Member } from '../team/schema';
import { messageState } from './rules';
import type { Message } from './schema';
import { messages } from './store';

/**
 * Blocks a contact, or ends that. While it is blocked nothing is sent to it, by nobody and no
 * campaign, and what waits to be sent is taken back; what it writes is stored like anybody's.
 * Doing it again changes nothing, and makes up for a call that died in between.
 */
export async function blockContact(
  member: Member,
  input: { contactId: string; isBlocked: boolean },
): Promise<{ contactId: string; isBlocked: boolean }> {
  await markBlocked(member, input);
  await markConversationsBlocked(input.contactId, input.isBlocked);
  if (input.isBlocked) await cancelWaiting(input.contactId);
  return input;
}

/** Takes back what was not handed to WhatsApp yet, now or at a later time. */
export async function cancelWaiting(contactId: string): Promise<void> {
  let cursor: string | null = null;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other; hardly anybody has two
  do {
    const page: QueryPage<Message> = await batchQuery(
      messages,
      [
        {
          where: [
            ['contactId', '==', contactId],
            ['dueAt', '>', 0],
          ],
        },
      ],
      { orderBy: [['dueAt', 'asc']], cursor },
    );
    const waiting = page.items.filter(
      ({ data }) =>
        data.direction === 'out' && ['queued', 'scheduled'].includes(messageState(data)),
    );
    // One that is being claimed has another version by then: it is too late for that one.
    throwIfFailed(
      await batchUpdate(
        messages,
        waiting.map(({ id, version }) => ({
          kind: 'update',
          id,
          version,
          data: { cancelledAt: now(), dueAt: absent(), heldBy: absent() },
        })),
      ),
    );
    ({ cursor } = page);
  } while (cursor !== null);
}
