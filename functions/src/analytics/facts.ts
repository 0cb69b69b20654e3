import type { Conversation, Episode } from '../conversations/schema';
import { firstReply } from '../conversations/rules';
import type { Message } from '../messages/schema';
import { NO_DIMENSIONS, type Dimensions, type Fact } from '../shared/fact';
import type { Conversion } from './schema';

const fact = (
  event: Fact['event'],
  at: number,
  dimensions: Partial<Dimensions>,
  value: number | null = null,
): Fact => ({ ...NO_DIMENSIONS, ...dimensions, event, at, count: 1, value });

/** What a message adds to the figures. Each state counts once; a read one was delivered and sent. */
export function factsOfMessage(message: Message): Fact[] {
  const { channelId, type, userId: agentId } = message;
  switch (message.direction) {
    case 'note':
      return [];
    case 'in':
      return [fact('received', message.timestamp, { channelId, type, direction: 'in' })];
    case 'out':
  }
  const { acceptedAt, sentAt, deliveredAt, readAt, playedAt, failedAt } = message;
  const read = readAt ?? playedAt;
  const delivered = deliveredAt ?? read;
  const times = {
    sent: acceptedAt ?? sentAt ?? delivered,
    delivered,
    read,
    failed: delivered === undefined ? failedAt : undefined,
  };
  return Object.entries(times).flatMap(([event, at]) =>
    at === undefined
      ? []
      : [fact(event as keyof typeof times, at, { channelId, type, agentId, direction: 'out' })],
  );
}

/** What a conversation's open episode adds: how long its customer waited for the first answer. */
export function factsOfConversation(conversation: Conversation): Fact[] {
  const { channelId, openedAt } = conversation;
  const reply = firstReply(conversation);
  if (openedAt === undefined || !reply) return [];
  return [answered(channelId, reply.agentId, openedAt, reply.at)];
}

/** What an episode adds once its conversation was resolved; the audit log keeps it for good. */
export function factsOfEpisode(channelId: string, episode: Episode): Fact[] {
  const { openedAt, repliedAt, repliedBy, resolvedAt, resolvedBy } = episode;
  const resolved = fact(
    'resolved',
    resolvedAt,
    { channelId, agentId: resolvedBy },
    Math.max(0, resolvedAt - openedAt),
  );
  return repliedAt !== null && repliedBy !== null
    ? [answered(channelId, repliedBy, openedAt, repliedAt), resolved]
    : [resolved];
}

const answered = (channelId: string, agentId: string, openedAt: number, at: number): Fact =>
  fact('answered', at, { channelId, agentId }, at - openedAt);

/** What a conversion adds. */
export const factsOfConversion = (conversion: Conversion): Fact[] => {
  const { at, value, type, channelId, campaignId, agentId, link } = conversion;
  return [fact('conversion', at, { type, channelId, campaignId, agentId, link }, value)];
};
