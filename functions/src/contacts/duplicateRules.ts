import type { Contact } from './schema';

/** Why two contacts may be one person. */
export type DuplicateReason = 'phone' | 'email' | 'username' | 'name';

/** The values by which others would be the same person; each kind is a field that is indexed. */
export type MatchValues = Record<DuplicateReason, string[]>;

/** A first name alone is shared by many. */
const isFullName = (name: string): boolean => name.includes(' ');

/** What to look for of a contact. A name is taken as `searchFields` made it: plain letters. */
export function matchValues({ name, search, phone, username, attributes }: Contact): MatchValues {
  const { email } = attributes;
  return {
    name: name && isFullName(search.name) ? [search.name] : [],
    email: typeof email === 'string' && email.includes('@') ? asWritten(email.trim()) : [],
    username: username ? asWritten(username) : [],
    phone: phone ? phoneForms(phone) : [],
  };
}

const asWritten = (text: string): string[] => [...new Set([text, text.toLowerCase()])];

/**
 * The forms in which one mobile number is known: Mexico, Argentina and Brazil have a digit more
 * that WhatsApp, people and files put in or leave out.
 */
export function phoneForms(phone: string): string[] {
  const rules: [RegExp, (groups: string[]) => string][] = [
    [/^\+521(\d{10})$/, ([number]) => `+52${number}`],
    [/^\+52(\d{10})$/, ([number]) => `+521${number}`],
    [/^\+549(\d{10})$/, ([number]) => `+54${number}`],
    [/^\+54(\d{10})$/, ([number]) => `+549${number}`],
    [/^\+55(\d{2})9(\d{8})$/, ([area, number]) => `+55${area}${number}`],
    [/^\+55(\d{2})(\d{8})$/, ([area, number]) => `+55${area}9${number}`],
  ];
  for (const [form, other] of rules) {
    const found = form.exec(phone);
    if (found) return [phone, other(found.slice(1))];
  }
  return [phone];
}

const REASONS = ['phone', 'email', 'username', 'name'] as const;

/** Why two contacts may be one person; none where nothing says so. */
export function reasonsFor(a: Contact, b: Contact): DuplicateReason[] {
  const [of, by] = [matchValues(a), matchValues(b)];
  return REASONS.filter((reason) => of[reason].some((value) => by[reason].includes(value)));
}

interface Stored {
  id: string;
  data: Contact;
}

/**
 * With which of two contacts a pair is told, so that it is told once: the earlier in the order of
 * names, unless only the other one's values find it.
 */
export function isTeller(one: Stored, other: Stored): boolean {
  return isBefore(one, other) ? finds(one, other) : !finds(other, one);
}

const isBefore = (a: Stored, b: Stored): boolean =>
  a.data.search.name === b.data.search.name
    ? a.id < b.id
    : Buffer.compare(Buffer.from(a.data.search.name), Buffer.from(b.data.search.name)) < 0;

/** Whether a query for one's values finds the other, which is compared as it is written. */
function finds({ data: one }: Stored, { data: other }: Stored): boolean {
  const values = matchValues(one);
  const written = {
    phone: other.phone,
    email: other.attributes['email'],
    username: other.username,
    name: other.name ? other.search.name : null,
  };
  return REASONS.some((reason) => values[reason].includes(written[reason] as string));
}
