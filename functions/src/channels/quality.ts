import { z } from 'zod';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { callGraph } from '../platform/whatsapp/client';
import { mapConcurrently } from '../shared/async';
import { channels, forgetChannel, readChannels } from './store';

const info = z.object({ quality_rating: z.string().max(40) });
const CONCURRENCY = 5;

/**
 * Notes how good WhatsApp finds each number (GREEN, YELLOW, RED), so that a drop is seen. One call
 * a number; a write only where it changed. A number that WhatsApp does not answer for stays as it is.
 *
 * @returns how many changed
 */
export async function refreshQuality(): Promise<number> {
  const known = await readChannels();
  const found = await mapConcurrently(known, CONCURRENCY, async ({ id, data }) => {
    const outcome = await callGraph('GET', `${id}?fields=quality_rating`);
    const parsed = outcome.kind === 'accepted' ? info.safeParse(outcome.body) : undefined;
    const quality = parsed?.data?.quality_rating;
    return quality !== undefined && quality !== data?.quality ? [{ id, quality }] : [];
  });
  const changed = found.flat();
  throwIfFailed(
    await batchUpdate(
      channels,
      changed.map(({ id, quality }) => ({ kind: 'update', id, data: { quality } })),
    ),
  );
  for (const { id } of changed) forgetChannel(id);
  return changed.length;
}
