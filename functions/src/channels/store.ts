import { collection } from '../batch/collection';
import { createCache } from '../platform/cache';
import type { WriteOp } from '../platform/commit';
import { db, read, readQuery, type Read, type Version } from '../platform/firestore';
import type { Channel } from './schema';

export const channels = collection<Channel>('channels');

const path = (id: string): string => `${channels.path}/${id}`;

/** How long another instance may go on sending over a channel that was paused. */
const CHANNEL_TTL_MS = 5_000;
const snapshots = createCache<Read<Channel>>({ name: 'channels', maxAgeMs: CHANNEL_TTL_MS });

export const readChannel = (id: string): Promise<Read<Channel>> => read<Channel>(path(id));

/** A channel as it was at most 5 s ago. */
export const channelSnapshot = (id: string): Promise<Read<Channel>> =>
  snapshots.get(id, () => readChannel(id));

export const forgetChannel = (id: string): void => snapshots.delete(id);

export const readChannels = (): Promise<Read<Channel>[]> =>
  readQuery<Channel>(db().collection(channels.path).limit(500));

export const createChannel = (id: string, data: Channel): WriteOp => ({
  kind: 'create',
  path: path(id),
  data,
});

export const updateChannel = (id: string, data: Partial<Channel>, version?: Version): WriteOp => ({
  kind: 'update',
  path: path(id),
  data,
  ...(version ? { version } : {}),
});
