import { batchQuery } from '../batch/batchQuery';
import type { Channel } from './schema';
import { channels, channelSnapshot, forgetChannel, readChannels } from './store';

/** A channel as it was at most 5 s ago, or now if `fresh`. */
export async function channel(id: string, fresh = false): Promise<Channel | undefined> {
  if (fresh) forgetChannel(id);
  return (await channelSnapshot(id)).data;
}

/** Every channel as it is now, with its id; a read each. */
export async function allChannels(): Promise<(Channel & { id: string })[]> {
  const found = await readChannels();
  return found.flatMap(({ id, data }) => (data ? [{ ...data, id }] : []));
}

/** The ids of the channels, a page at a time; a read each. */
export async function channelIds(
  limit: number,
  cursor: string | null,
): Promise<{ ids: string[]; cursor: string | null }> {
  const page = await batchQuery(channels, [{ where: [] }], {
    fields: ['createdAt'],
    limit,
    cursor,
  });
  return { ids: page.items.map(({ id }) => id), cursor: page.cursor };
}
