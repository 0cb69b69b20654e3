import { createCache } from '../platform/cache';
import type { Archived } from './schema';
import { readHorizon, type Horizon } from './store';

/** It moves once a month. */
const TTL_MS = 10 * 60_000;
const horizons = createCache<Partial<Horizon>>({ name: 'archive-horizon', maxAgeMs: TTL_MS });

/**
 * Before which time documents may have been moved to the archive, epoch ms; `null` where none was.
 * As it was at most ten minutes ago; one read where an instance does not know it.
 */
export async function archivedBefore(archived: Archived): Promise<number | null> {
  const { archivedBefore: at } = await horizons.get(
    archived,
    async () => (await readHorizon(archived)).data ?? {},
  );
  return at ?? null;
}
