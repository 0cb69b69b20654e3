import type { WriteOp } from '../platform/commit';
import {
  db,
  read,
  readAll,
  readQuery,
  type Read,
  type Transaction,
  type Version,
} from '../platform/firestore';
import type { Message } from './schema';

const path = (id: string): string => `messages/${id}`;

export const readMessage = (id: string, transaction?: Transaction): Promise<Read<Message>> =>
  read<Message>(path(id), transaction);

export const readMessages = (ids: string[]): Promise<Read<Message>[]> =>
  readAll<Message>(ids.map(path));

/** The message of a wamid, wherever it came from. */
export async function findByWamid(wamid: string): Promise<(Read<Message> & { data: Message }) | undefined> {
  const [found] = await readQuery<Message>(
    db().collection('messages').where('wamid', '==', wamid).limit(1),
  );
  return found;
}

/** The messages that are due, longest waiting first. */
export const readDue = (now: number, limit: number): Promise<(Read<Message> & { data: Message })[]> =>
  readQuery<Message>(
    db().collection('messages').where('dueAt', '<=', now).orderBy('dueAt').limit(limit),
  );

/** Messages that wait for a paused channel. */
export const readHeld = (channelId: string, limit: number): Promise<Read<Message>[]> =>
  readQuery<Message>(db().collection('messages').where('heldBy', '==', channelId).limit(limit));

export const createMessage = (id: string, data: Message): WriteOp => ({
  kind: 'create',
  path: path(id),
  data,
});

/** Fails where the message is missing, or not at `version` any more. */
export const updateMessage = (
  id: string,
  data: Record<string, unknown>,
  version?: Version,
): WriteOp => ({ kind: 'update', path: path(id), data, ...(version ? { version } : {}) });
