import { auditWrite } from '../audit/record';
import { addToTransaction, inTransaction } from '../platform/commit';
import type { Member } from '../team/schema';
import { readForChange } from './access';
import type { Conversation } from './schema';
import { updateConversation } from './store';

/** What a deed changes, and what the audit log keeps of it. `null`: it is so already. */
type Decide = (
  conversation: Conversation,
) => { update: Record<string, unknown>; details: Record<string, unknown> } | null;

/**
 * Changes a conversation as a member's deed: the change and its audit entry in one commit. Done
 * twice it writes once, because a deed that changes nothing is not recorded.
 */
export async function changeConversation(
  member: Member,
  action: string,
  id: string,
  decide: Decide,
): Promise<void> {
  await inTransaction(async (transaction) => {
    const conversation = await readForChange(member, id, transaction);
    const change = decide(conversation);
    if (!change) return;
    addToTransaction(transaction, [
      updateConversation(id, change.update),
      auditWrite(member.uid, action, `conversations/${id}`, change.details),
    ]);
  });
}
