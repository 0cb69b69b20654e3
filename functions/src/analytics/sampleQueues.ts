import { channelIds } from '../channels/read';
import { queueDepth } from '../messages/queue';
import { createCache } from '../platform/cache';
import { now } from '../platform/clock';
import { mapConcurrently } from '../shared/async';
import { NO_DIMENSIONS } from '../shared/fact';
import { hashId } from '../shared/ids';
import { keyOf } from './families';
import type { Counts } from './fold';
import { floorTo, MINUTE_MS } from './levels';
import { bucketName } from './names';

const MAX_CHANNELS = 50;
const CONCURRENCY = 16;
const known = createCache<string[]>({ name: 'channel-ids', maxAgeMs: 10 * 60_000 });
/** Whether something waited when this instance looked last. */
let wasBusy = false;

/**
 * How much waits to be sent over each channel, and for how long, as counts: the same sample a
 * minute, however many runs take one, and none while nothing happens.
 */
export async function sampleQueues(isBusy: boolean): Promise<Counts[]> {
  if (!isBusy && !wasBusy) return [];
  const channels = await known.get('all', async () => (await channelIds(MAX_CHANNELS, null)).ids);
  const at = now();
  // eslint-disable-next-line recado/no-firestore-in-loops -- one count a number; they are few
  const samples = await mapConcurrently(channels, CONCURRENCY, async (channelId) => ({
    channelId,
    ...(await queueDepth(channelId)),
  }));
  wasBusy = samples.some(({ waiting }) => waiting > 0);
  const counts = samples.flatMap(({ channelId, waiting, oldestMs }) => {
    const key = keyOf({ ...NO_DIMENSIONS, channelId });
    return [
      { at, key, name: bucketName('queueDepth', waiting), count: 1 },
      { at, key, name: bucketName('queueAge', oldestMs), count: 1 },
    ];
  });
  return [{ id: hashId('queues', String(floorTo(at, MINUTE_MS))), at, counts }];
}
