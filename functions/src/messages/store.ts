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
import { mapConcurrently } from '../shared/async';
import type { Message } from './schema';

const path = (id: string): string => `messages/${id}`;

export const readMessage = (id: string, transaction?: Transaction): Promise<Read<Message>> =>
  read<Message>(path(id), transaction);

export const readMessages = (ids: string[]): Promise<Read<Message>[]> =>
  readAll<Message>(ids.map(path));

type Found = Read<Message> & { data: Message };

/** Firestore's bound on the values of an `in`. */
const MAX_IN = 30;

/** The messages of wamids, wherever they came from. One query for every 30. */
export async function findByWamids(wamids: string[]): Promise<Map<string, Found>> {
  const unique = [...new Set(wamids)];
  const chunks = Array.from({ length: Math.ceil(unique.length / MAX_IN) }, (_, n) =>
    unique.slice(n * MAX_IN, (n + 1) * MAX_IN),
  );
  const pages = await mapConcurrently(chunks, 8, (chunk) =>
    readQuery<Message>(db().collection('messages').where('wamid', 'in', chunk)),
  );
  return new Map(pages.flat().map((found) => [found.data.wamid as string, found]));
}

/** The messages that are due, longest waiting first. */
export const readDue = (now: number, limit: number): Promise<Found[]> =>
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
