import { contactsById, optedOutSince } from '../contacts/lookUp';
import { newsOf } from './news';

/** How old the instance's knowledge of wishes may be. */
const wishes = newsOf(optedOutSince, 3_000);

/** Who of some contacts asked for no more offers since a time. */
export async function optedOutOf(ids: readonly string[], since: number): Promise<Set<string>> {
  // They may have taken it back since.
  const confirmed = await contactsById(await wishes.about(ids, since));
  return new Set(confirmed.filter(({ contact }) => contact.optOut).map(({ id }) => id));
}

/** Forgets what is known, as a new instance would. For tests. */
export const forgetWishes = (): void => wishes.forget();
