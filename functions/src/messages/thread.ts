import { db, readQuery } from '../platform/firestore';
import { messageState, type MessageState } from './rules';
import type { Message } from './schema';

/** A message as a thread shows it. */
export interface ThreadMessage {
  id: string;
  direction: Message['direction'];
  type: string;
  content: object;
  timestamp: number;
  userId: string | null;
  wamid: string | null;
  replyTo: string | null;
  state: MessageState;
}

/** A conversation's messages, newest first, from a time on backwards. One read each. */
export async function messagePage(
  conversationId: string,
  until: number | undefined,
  limit: number,
): Promise<ThreadMessage[]> {
  const all = db().collection('messages').where('conversationId', '==', conversationId);
  const older = until === undefined ? all : all.where('timestamp', '<=', until);
  const found = await readQuery<Message>(
    older.orderBy('timestamp', 'desc').orderBy('__name__', 'desc').limit(limit),
  );
  return found.map(({ id, data }) => ({
    id,
    direction: data.direction,
    type: data.type,
    content: data.content,
    timestamp: data.timestamp,
    userId: data.userId,
    wamid: data.wamid,
    replyTo: data.replyTo,
    state: messageState(data),
  }));
}
