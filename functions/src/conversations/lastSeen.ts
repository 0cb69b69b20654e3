import { batchGet } from '../batch/batchGet';
import { batchPages } from '../batch/batchPages';
import { conversationIdOf } from './rules';
import type { Conversation } from './schema';
import { collection } from '../batch/collection';

const conversations = collection<Conversation>('conversations');

/** When contacts last wrote to a channel; null for those who never did. One read each. */
export async function lastInboundTimes(
  channelId: string,
  contactIds: readonly string[],
): Promise<Map<string, number | null>> {
  const found = await batchGet(
    conversations,
    contactIds.map((id) => conversationIdOf(channelId, id)),
    { fields: ['lastInboundAt'] },
  );
  return new Map(contactIds.map((id, index) => [id, found[index]?.data?.lastInboundAt ?? null]));
}

/** Who wrote to a channel since a time, and when last; whoever was merged by each of the ids. One read a conversation that something came to. */
export async function inboundSince(
  channelId: string,
  since: number,
): Promise<{ contactId: string; at: number }[]> {
  const result: { contactId: string; at: number }[] = [];
  const pages = batchPages(conversations, [{ where: [['lastMessageAt', '>=', since]] }], {
    orderBy: [['lastMessageAt', 'asc']],
    fields: ['channelId', 'contactId', 'lastInboundAt', 'mergedFrom'],
  });
  for await (const { items } of pages) {
    for (const { data } of items) {
      const at = data.lastInboundAt ?? 0;
      if (data.channelId !== channelId || at < since) continue;
      for (const contactId of [data.contactId, ...(data.mergedFrom ?? [])]) {
        result.push({ contactId, at });
      }
    }
  }
  return result;
}
