import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { read, type Read, type Transaction, type Version } from '../platform/firestore';
import type { Merge, MergedConversation } from './schema';

export const merges = collection<Merge>('merges');

export const mergePath = (id: string): string => `${merges.path}/${id}`;

export const readMerge = (id: string): Promise<Read<Merge>> => read<Merge>(mergePath(id));

export const createMerge = (id: string, data: Merge): WriteOp => ({
  kind: 'create',
  path: mergePath(id),
  data,
});

export const updateMerge = (id: string, data: Partial<Merge>, version?: Version): WriteOp => ({
  kind: 'update',
  path: mergePath(id),
  data,
  ...(version ? { version } : {}),
});

/** The conversations that a merge put together. */
export const mergedConversations = (id: string) =>
  collection<MergedConversation>(`${mergePath(id)}/mergedConversations`);

const conversationPath = (id: string, conversationId: string): string =>
  `${mergePath(id)}/mergedConversations/${conversationId}`;

/** What two conversations were; of one that is there already the figures are put right. */
export const keepConversation = (
  id: string,
  conversationId: string,
  data: MergedConversation,
): WriteOp => ({ kind: 'set', path: conversationPath(id, conversationId), data });

export const readKept = (
  id: string,
  conversationId: string,
  transaction: Transaction,
): Promise<Read<MergedConversation>> =>
  read<MergedConversation>(conversationPath(id, conversationId), transaction);

export const markRestored = (id: string, conversationId: string): WriteOp => ({
  kind: 'update',
  path: conversationPath(id, conversationId),
  data: { isRestored: true },
});
