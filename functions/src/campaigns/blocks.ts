import { blockedSince } from '../contacts/block';
import { currentContacts } from '../contacts/current';
import { newsOf } from './news';

/** How old the instance's knowledge of blocks may be; they are rare, and made by the team. */
const blocks = newsOf(blockedSince, 10_000);

/** Who of some contacts was blocked since a time, and still is. */
export async function blockedOf(ids: readonly string[], since: number): Promise<Set<string>> {
  const candidates = await blocks.about(ids, since);
  const current = await currentContacts(candidates);
  return new Set(candidates.filter((_, index) => current[index]?.data?.isBlocked));
}

/** Forgets what is known, as a new instance would. For tests. */
export const forgetBlocks = (): void => blocks.forget();
