import { batchQuery, type QueryPage } from '../batch/batchQuery';
import type { Message } from './schema';
import { messages } from './store';

/** A message that is there, and its version. */
export type Found = QueryPage<Message>['items'][number];

/** More than Meta puts into a webhook's POST; what is beyond it is not found. */
const MAX_FOUND = 10_000;

/** The messages of WhatsApp's ids, in either direction. One query for every 30, side by side. */
export async function findByWamids(wamids: readonly string[]): Promise<Map<string, Found>> {
  const { items } = await batchQuery(messages, [{ where: [['wamid', 'in', wamids]] }], {
    limit: MAX_FOUND,
  });
  return new Map(items.map((found) => [found.data.wamid as string, found]));
}
