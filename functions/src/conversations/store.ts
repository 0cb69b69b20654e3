import { collection } from '../batch/collection';
import { conversationCacheBytes } from '../params';
import { createCache } from '../platform/cache';
import type { WriteOp } from '../platform/commit';
import { read, readAll, type Read, type Transaction, type Version } from '../platform/firestore';
import type { Conversation } from './schema';

export const conversations = collection<Conversation>('conversations');

const path = (id: string): string => `${conversations.path}/${id}`;

/** How old a snapshot may be on which a send is allowed; a refusal is always decided on a fresh one. */
const SNAPSHOT_TTL_MS = 15_000;
const snapshots = createCache<Read<Conversation>>({
  name: 'conversations',
  maxAgeMs: SNAPSHOT_TTL_MS,
  maxBytes: conversationCacheBytes,
});

export async function readConversation(
  id: string,
  transaction?: Transaction,
): Promise<Read<Conversation>> {
  const conversation = await read<Conversation>(path(id), transaction);
  if (!transaction) snapshots.set(id, conversation);
  return conversation;
}

/** Conversations by id from memory, the rest in one round trip. */
export async function readSnapshots(ids: string[]): Promise<Map<string, Read<Conversation>>> {
  const unique = [...new Set(ids)];
  const result = new Map<string, Read<Conversation>>();
  const missing: string[] = [];
  for (const id of unique) {
    const known = snapshots.peek(id);
    if (known) result.set(id, known);
    else missing.push(id);
  }
  for (const conversation of await readAll<Conversation>(missing.map(path))) {
    snapshots.set(conversation.id, conversation);
    result.set(conversation.id, conversation);
  }
  return result;
}

export const forgetSnapshot = (id: string): void => snapshots.delete(id);

export const createConversation = (id: string, data: Conversation): WriteOp => ({
  kind: 'create',
  path: path(id),
  data,
});

/** Fails where it is not at `version` any more. */
export const deleteConversation = (id: string, version: Version): WriteOp => ({
  kind: 'delete',
  path: path(id),
  version,
});

/** Fails where the conversation is missing, or not at `version` any more. */
export const updateConversation = (
  id: string,
  data: Record<string, unknown>,
  version?: Version,
): WriteOp => ({ kind: 'update', path: path(id), data, ...(version ? { version } : {}) });
