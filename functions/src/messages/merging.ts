import { batchAggregation } from '../batch/batchAggregation';
import { batchQuery } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import type { Filter } from '../batch/querySpec';
import { throwIfFailed } from '../batch/report';
import { conversationIdOf } from '../conversations/rules';
import { absent, union, without } from '../platform/firestore';
import type { Message } from './schema';
import { messages } from './store';

const PAGE = 500;

/** How many messages a contact has. One read for every 1,000. */
export async function countMessages(contactId: string): Promise<number> {
  const where: Filter[] = [['contactId', '==', contactId]];
  const [total] = await batchAggregation(messages, [{ where, count: true }]);
  return total?.count ?? 0;
}

/** How many messages a merge moved. One read for every 1,000. */
export async function countMoved(mergeId: string): Promise<number> {
  const where: Filter[] = [['merges', 'array-contains', mergeId]];
  const [total] = await batchAggregation(messages, [{ where, count: true }]);
  return total?.count ?? 0;
}

/**
 * Moves a page of a contact's messages into another contact's conversations, marked with the merge.
 * What is moved is not found any more, so it is called until there is nothing left. Nothing but
 * whose they are changes: what waits to be sent goes out to the address that it had, once.
 *
 * @returns how many were moved
 */
export const moveMessages = (mergeId: string, fromId: string, toId: string): Promise<number> =>
  move([['contactId', '==', fromId]], fromId, toId, union(mergeId));

/** Moves a page of the messages back that a merge moved. */
export const moveBack = (mergeId: string, fromId: string, toId: string): Promise<number> =>
  move([['merges', 'array-contains', mergeId]], fromId, toId, without(mergeId));

async function move(
  where: Filter[],
  fromId: string,
  toId: string,
  merges: ReturnType<typeof union>,
): Promise<number> {
  const { items } = await batchQuery(messages, [{ where }], {
    limit: PAGE,
    fields: ['channelId', 'reactions'],
  });
  const report = await batchUpdate(
    messages,
    items.map(({ id, data }) => ({
      kind: 'update',
      id,
      data: {
        ...{ contactId: toId, conversationId: conversationIdOf(data.channelId, toId), merges },
        ...reactionsMoved(data.reactions, fromId, toId),
      },
    })),
  );
  throwIfFailed(report);
  return items.length;
}

/** A reaction is kept by who reacted. */
function reactionsMoved(
  reactions: Message['reactions'],
  fromId: string,
  toId: string,
): Record<string, unknown> {
  const moved = reactions?.[fromId];
  if (!moved) return {};
  const known = reactions[toId];
  return {
    [`reactions.${fromId}`]: absent(),
    [`reactions.${toId}`]: known && known.at > moved.at ? known : moved,
  };
}
