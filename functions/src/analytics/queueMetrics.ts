import type { z } from 'zod';
import { channelIds } from '../channels/read';
import { queueOf, type ChannelQueue } from '../messages/queue';
import { createSharedCache } from '../platform/cache/shared';
import { now } from '../platform/clock';
import type { queueInput } from './schema';

export interface QueuePage {
  /** Epoch ms. */
  at: number;
  queues: ChannelQueue[];
  /** Goes on with further numbers; null at the end. */
  nextCursor: string | null;
}

/** Numbers a page: with them it stays within ten reads. */
const PAGE = 2;
const MAX_AGE_MS = 5_000;
const pages = createSharedCache<QueuePage>({
  name: 'queues',
  schema: 1,
  maxAgeMs: MAX_AGE_MS,
  recheckMs: MAX_AGE_MS,
});

/** What waits to be sent over each number, at most 5 s old. */
export const queueMetrics = (input: z.output<typeof queueInput>): Promise<QueuePage> =>
  pages.get(JSON.stringify(input), [], () => look(input));

async function look({ channelId, cursor }: z.output<typeof queueInput>): Promise<QueuePage> {
  const { ids, cursor: nextCursor } =
    channelId === undefined
      ? await channelIds(PAGE, cursor ?? null)
      : { ids: [channelId], cursor: null };
  // eslint-disable-next-line recado/no-firestore-in-loops -- two numbers
  const queues = await Promise.all(ids.map(queueOf));
  return { at: now(), queues, nextCursor };
}
