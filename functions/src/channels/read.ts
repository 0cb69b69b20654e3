import type { Channel } from './schema';
import { channelSnapshot, forgetChannel } from './store';

/** A channel as it was at most 5 s ago, or now if `fresh`. */
export async function channel(id: string, fresh = false): Promise<Channel | undefined> {
  if (fresh) forgetChannel(id);
  return (await channelSnapshot(id)).data;
}
