import type { Read, Transaction } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { mayAccess } from './rules';
import type { Conversation } from './schema';
import { forgetSnapshot, readConversation, readSnapshots } from './store';

/**
 * The conversation, if it exists and the member may see it. To somebody who may not, it does not
 * exist: an id must not tell whether a business writes with somebody.
 */
export function accessible(
  member: Member | null,
  conversation: Read<Conversation> | undefined,
): Conversation {
  if (!conversation?.data || (member && !mayAccess(member, conversation.data))) {
    throw new AppError('not-found', 'There is no such conversation, or you take no part in it.', {
      details: { reason: 'unknown-conversation' },
    });
  }
  return conversation.data;
}

/** Reads a conversation that is about to be changed, inside the changing transaction. */
export async function readForChange(
  member: Member,
  id: string,
  transaction: Transaction,
): Promise<Conversation> {
  const conversation = accessible(member, await readConversation(id, transaction));
  forgetSnapshot(id);
  return conversation;
}

/** Conversations on whose state a send is decided; at most 15 s old. Missing ones are left out. */
export async function conversationSnapshots(ids: string[]): Promise<Map<string, Conversation>> {
  const reads = await readSnapshots(ids);
  return new Map([...reads].flatMap(([id, { data }]) => (data ? [[id, data] as const] : [])));
}

/** The same, read now. */
export async function freshConversation(id: string): Promise<Conversation | undefined> {
  return (await readConversation(id)).data;
}
