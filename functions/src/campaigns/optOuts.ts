import { consentOf } from '../contacts/consent';
import { currentContacts } from '../contacts/current';
import { refusedSince } from '../contacts/lookUp';
import type { ConsentCategory } from '../contacts/schema';
import { newsOf, type News } from './news';

/** How old the instance's knowledge of wishes may be. */
const MAX_AGE_MS = 3_000;

const wishes = new Map<ConsentCategory, News>();

function wishesAbout(category: ConsentCategory): News {
  const known = wishes.get(category) ?? newsOf((at) => refusedSince(category, at), MAX_AGE_MS);
  wishes.set(category, known);
  return known;
}

/** Who of some contacts refused messages of a category since a time. */
export async function refusedOf(
  ids: readonly string[],
  category: ConsentCategory,
  since: number,
): Promise<Set<string>> {
  const candidates = await wishesAbout(category).about(ids, since);
  // They may have taken it back since.
  const current = await currentContacts(candidates);
  return new Set(
    candidates.filter((_, index) => {
      const contact = current[index]?.data;
      return contact && consentOf(contact, category)?.state === 'out';
    }),
  );
}

/** Forgets what is known, as a new instance would. For tests. */
export const forgetWishes = (): void => wishes.clear();
