import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { read, readAll, type Read, type Transaction, type Version } from '../platform/firestore';
import type { Message } from './schema';

export const messages = collection<Message>('messages');

const path = (id: string): string => `${messages.path}/${id}`;

export const readMessage = (id: string, transaction?: Transaction): Promise<Read<Message>> =>
  read<Message>(path(id), transaction);

export const readMessages = (ids: string[]): Promise<Read<Message>[]> =>
  readAll<Message>(ids.map(path));

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
