import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { readForChange } from '../conversations/access';
import type { addNoteInput } from '../conversations/schema';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { createMessage, readMessage } from './store';

/** Adds a note for the team to a thread. The same key again changes nothing. */
export async function addNote(
  member: Member,
  { conversationId, idempotencyKey, text }: z.output<typeof addNoteInput>,
): Promise<{ messageId: string }> {
  await inTransaction(async (transaction) => {
    const { channelId, contactId } = await readForChange(member, conversationId, transaction);
    const { data: existing } = await readMessage(idempotencyKey, transaction);
    if (existing) {
      const same = existing.direction === 'note' && existing.conversationId === conversationId;
      if (same && (existing.content as { body?: string }).body === text) return;
      throw new AppError('already-exists', 'This idempotencyKey was used for something else.', {
        details: { reason: 'key-reused', field: 'idempotencyKey' },
      });
    }
    addToTransaction(transaction, [
      createMessage(idempotencyKey, {
        direction: 'note',
        channelId,
        conversationId,
        contactId,
        userId: member.uid,
        type: 'note',
        content: { body: text },
        timestamp: now(),
        wamid: null,
        replyTo: null,
      }),
      auditWrite(member.uid, 'conversations.addNote', `conversations/${conversationId}`, {
        messageId: idempotencyKey,
      }),
    ]);
  });
  return { messageId: idempotencyKey };
}
