import { auditWrite } from '../audit/record';
import { accessible, freshConversation } from '../conversations/access';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { absent } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { messageState } from './rules';
import { readMessage, updateMessage } from './store';

/**
 * Takes a message back that was not handed to WhatsApp yet. Done twice it is done once.
 *
 * @throws AppError `failed-precondition` when it is too late
 */
export async function cancel(member: Member, messageId: string): Promise<void> {
  await inTransaction(async (transaction) => {
    const { data } = await readMessage(messageId, transaction);
    if (data?.direction !== 'out') {
      throw new AppError('not-found', 'There is no such message.', {
        details: { reason: 'unknown-message' },
      });
    }
    const id = data.conversationId;
    accessible(member, { id, data: await freshConversation(id), version: undefined });
    const state = messageState(data);
    if (state === 'cancelled') return;
    if (state !== 'scheduled' && state !== 'queued') {
      throw new AppError('failed-precondition', `It is too late: the message is ${state}.`, {
        details: { reason: 'too-late', state },
      });
    }
    addToTransaction(transaction, [
      updateMessage(messageId, { cancelledAt: now(), dueAt: absent(), heldBy: absent() }),
      auditWrite(member.uid, 'messages.cancel', `messages/${messageId}`),
    ]);
  });
}
