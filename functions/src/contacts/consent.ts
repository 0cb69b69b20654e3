import { hashId } from '../shared/ids';
import type { Consent, ConsentCategory, ConsentEntry, Contact } from './schema';

/** A wish as it was told. */
export type Wish = Omit<ConsentEntry, 'recordedAt' | 'userId'> & { userId?: string };

/** What of a contact its wishes are. */
type Wishes = Partial<Pick<Contact, 'consents' | 'optOut'>>;

export type ConsentRefusal = 'opted-out' | 'no-opt-in';

/** What a person said last of a category; `undefined`: nothing. */
export function consentOf(
  { consents, optOut }: Wishes,
  category: ConsentCategory,
): Consent | undefined {
  const known = consents?.[category];
  if (known || category !== 'marketing' || !optOut) return known;
  return { ...optOut, state: 'out', proof: null, outRecordedAt: optOut.recordedAt };
}

/**
 * The one place that decides whether a person's wishes allow a message of a category. Service
 * messages are answers within the 24 hours after somebody wrote, which is all the consent they need.
 *
 * @param contact undefined: somebody of whom nothing is known
 * @param marketingNeedsOptIn whether offers go only to those who asked for them
 * @returns why it may not be sent; null: it may
 */
export function maySend(
  contact: Wishes | undefined,
  category: ConsentCategory,
  marketingNeedsOptIn: boolean,
): ConsentRefusal | null {
  if (category === 'service') return null;
  const consent = contact && consentOf(contact, category);
  if (consent) return consent.state === 'out' ? 'opted-out' : null;
  return category === 'marketing' && marketingNeedsOptIn ? 'no-opt-in' : null;
}

/** What a template's messages are for; what WhatsApp may add one day is treated as an offer. */
export function categoryOf(template: { category: string } | undefined): ConsentCategory {
  const category = template?.category.toLowerCase();
  return category === 'utility' || category === 'authentication' ? category : 'marketing';
}

/** The same of the words that WhatsApp's menu has for categories; undefined: not known here. */
export function preferenceCategory(category: string | undefined): ConsentCategory | undefined {
  const word = (category ?? 'marketing').toLowerCase();
  return (['marketing', 'utility', 'authentication', 'service'] as const).find((known) =>
    word.startsWith(known),
  );
}

/**
 * What holds after a wish; null: what holds was said later. Said at the same time, a refusal holds.
 */
export function after(known: Consent | undefined, wish: Wish, recordedAt: number): Consent | null {
  const { state, at, source, proof } = wish;
  if (known && (at < known.at || (at === known.at && !(state === 'out' && known.state === 'in')))) {
    return null;
  }
  return {
    ...{ state, at, recordedAt, source, proof },
    ...(state === 'out' ? { outRecordedAt: recordedAt } : {}),
  };
}

/** The id under which a wish is kept: told twice it is there once. */
export const entryId = (contactId: string, { category, state, at, source, proof }: Wish): string =>
  hashId('consent', contactId, category, state, String(at), source, proof ?? '');
