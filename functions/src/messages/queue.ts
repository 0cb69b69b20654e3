import { batchAggregation } from '../batch/batchAggregation';
import { batchQuery } from '../batch/batchQuery';
import type { Filter } from '../batch/querySpec';
import { now } from '../platform/clock';
import { HAND_OVER_GRACE_MS } from './rules';
import { messages } from './store';

/** What waits to be sent now over a channel. */
export interface QueueDepth {
  waiting: number;
  /** For how long the one that waits longest does, ms; 0 where none does. */
  oldestMs: number;
}

/** What waits over a channel. */
export interface ChannelQueue extends QueueDepth {
  channelId: string;
  /** Held back because the channel is paused. */
  held: number;
  /** To be looked at later: scheduled, tried again in some minutes, in doubt. */
  later: number;
}

const ofChannel = (channelId: string): Filter[] => [
  ['channelId', '==', channelId],
  ['direction', '==', 'out'],
];

/** What was handed over, or will be at once, is looked after within this time. */
const soon = (): number => now() + HAND_OVER_GRACE_MS;

/** All that waits of a channel: four reads (each for 1,000 messages), three where nothing does. */
export async function queueOf(channelId: string): Promise<ChannelQueue> {
  const [depth, [held], [later]] = await Promise.all([
    queueDepth(channelId),
    batchAggregation(messages, [{ where: [['heldBy', '==', channelId]], count: true }]),
    batchAggregation(messages, [
      { where: [...ofChannel(channelId), ['dueAt', '>', soon()]], count: true },
    ]),
  ]);
  const heldBack = held?.count ?? 0;
  return {
    channelId,
    ...depth,
    held: heldBack,
    // What is held is due within the hour too.
    later: Math.max(0, (later?.count ?? 0) - heldBack),
  };
}

/** How much waits to be sent now, and for how long: one read, two where something does. */
export async function queueDepth(channelId: string): Promise<QueueDepth> {
  const where: Filter[] = [...ofChannel(channelId), ['dueAt', '<=', soon()]];
  const [found] = await batchAggregation(messages, [{ where, count: true }]);
  const waiting = found?.count ?? 0;
  if (waiting === 0) return { waiting, oldestMs: 0 };
  const { items } = await batchQuery(messages, [{ where }], {
    fields: ['direction', 'timestamp', 'sendAt'],
    limit: 1,
  });
  const [oldest] = items.flatMap(({ data }) => (data.direction === 'out' ? [data] : []));
  const since = oldest?.sendAt ?? oldest?.timestamp ?? now();
  return { waiting, oldestMs: Math.max(0, now() - since) };
}
