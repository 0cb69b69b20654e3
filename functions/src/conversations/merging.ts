import { batchQuery } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import type { WriteOp } from '../platform/commit';
import {
  absent,
  union,
  without,
  type Read,
  type Transaction,
  type Version,
} from '../platform/firestore';
import type { Conversation } from './schema';
import {
  conversations,
  createConversation,
  deleteConversation,
  forgetSnapshot,
  readConversation,
  updateConversation,
} from './store';

/** A contact has one conversation a channel. */
const MAX_CHANNELS = 1_000;

/** A contact's conversations, over all channels. One read each. */
export async function conversationsOf(
  contactId: string,
): Promise<{ id: string; data: Conversation; version: Version }[]> {
  const { items } = await batchQuery(conversations, [{ where: [['contactId', '==', contactId]] }], {
    limit: MAX_CHANNELS,
  });
  return items;
}

/** A conversation as it is stored now. */
export function conversationNow(id: string, transaction: Transaction): Promise<Read<Conversation>> {
  forgetSnapshot(id);
  return readConversation(id, transaction);
}

/**
 * The write that makes a conversation what it is to be; fails where it changed since, and, without
 * a version, where there is one.
 */
export function writeConversation(
  id: string,
  after: Conversation,
  version: Version | undefined,
): WriteOp {
  forgetSnapshot(id);
  return version === undefined
    ? createConversation(id, after)
    : updateConversation(id, { ...after }, version);
}

/** The write that changes fields of a conversation; undefined ones go. */
export function changeConversationFields(
  id: string,
  change: Record<string, unknown>,
  version: Version,
): WriteOp {
  forgetSnapshot(id);
  const fields = Object.entries(change).map(
    ([name, value]) => [name, value === undefined ? absent() : value] as const,
  );
  return updateConversation(id, Object.fromEntries(fields), version);
}

/** The write that takes a conversation away; fails where something came since. */
export function takeAway(id: string, version: Version): WriteOp {
  forgetSnapshot(id);
  return deleteConversation(id, version);
}

/** Tells a contact's conversations whom it took in, or that it did not. Done twice it is done once. */
export async function noteMerge(
  contactId: string,
  loserIds: readonly string[],
  isMerged: boolean,
): Promise<void> {
  const own = await conversationsOf(contactId);
  const mergedFrom = isMerged ? union(...loserIds) : without(...loserIds);
  throwIfFailed(
    await batchUpdate(
      conversations,
      own.map(({ id }) => ({ kind: 'update', id, data: { mergedFrom } })),
    ),
  );
}
