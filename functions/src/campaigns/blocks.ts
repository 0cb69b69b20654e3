import { contactsById } from '../contacts/lookUp';
import { blockedSince } from '../contacts/block';
import { newsOf } from './news';

/** How old the instance's knowledge of blocks may be; they are rare, and made by the team. */
const blocks = newsOf(blockedSince, 10_000);

/** Who of some contacts was blocked since a time, and still is. */
export async function blockedOf(ids: readonly string[], since: number): Promise<Set<string>> {
  const confirmed = await contactsById(await blocks.about(ids, since));
  return new Set(confirmed.filter(({ contact }) => contact.isBlocked).map(({ id }) => id));
}

/** Forgets what is known, as a new instance would. For tests. */
export const forgetBlocks = (): void => blocks.forget();
