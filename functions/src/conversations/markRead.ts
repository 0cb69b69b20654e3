import type { z } from 'zod';
import { addToTransaction, inTransaction } from '../platform/commit';
import { log } from '../platform/log';
import { markAsRead } from '../platform/whatsapp/client';
import type { Member } from '../team/schema';
import { readForChange } from './access';
import type { markReadInput } from './schema';
import { updateConversation } from './store';

/**
 * Sets the unread count to zero and shows the customer blue ticks. The ticks are a courtesy: when
 * WhatsApp does not take them, the count is zero all the same.
 */
export async function markRead(
  member: Member,
  { conversationId }: z.output<typeof markReadInput>,
): Promise<void> {
  const conversation = await inTransaction(async (transaction) => {
    const current = await readForChange(member, conversationId, transaction);
    if (current.unreadCount !== 0) {
      addToTransaction(transaction, [updateConversation(conversationId, { unreadCount: 0 })]);
    }
    return current;
  });
  if (conversation.unreadCount === 0 || !conversation.lastInboundWamid) return;
  const outcome = await markAsRead(conversation.channelId, conversation.lastInboundWamid);
  if (outcome.kind !== 'accepted') {
    log.info('WhatsApp did not mark as read', { conversationId, outcome: outcome.kind });
  }
}
