/** Under which ids and names a person is found in what is stored. */
export interface Person {
  /** The contact, and those that were merged with it. */
  contactIds: string[];
  /** Of the names' documents in `identities`. */
  aliasIds: string[];
  conversationIds: string[];
  /** E.164. */
  phones: string[];
  bsuids: string[];
  usernames: string[];
  names: string[];
}

/** Digits by which a number is found in whatever form it was written: those without a country's code. */
const NUMBER_LENGTH = 9;

/** What of a text matters when a number is looked for that may be written with spaces or dashes. */
export const digitsOf = (text: string): string => text.replace(/\D/g, '');

const endOf = (phone: string): string => digitsOf(phone).slice(-NUMBER_LENGTH);

/** By which ids, numbers and business-scoped ids free text names a person. */
const wordsOf = ({ contactIds, aliasIds, phones, bsuids }: Person): string[] => [
  ...contactIds,
  ...aliasIds,
  ...phones.map(digitsOf),
  ...bsuids,
];

/** Whether a text names a person. Names alone do not tell: many people have the same. */
export const mentions = (person: Person, text: string): boolean =>
  wordsOf(person).some((word) => text.includes(word));

/**
 * The same where numbers may be in any form, as in files of lists. It may find a number that is not
 * there, made of two others'; then a file goes that could have stayed.
 */
export function mayMention(person: Person, text: string): boolean {
  if (mentions(person, text)) return true;
  const digits = digitsOf(text);
  return person.phones.some((phone) => digits.includes(endOf(phone)));
}

/** A value without a person: ids become the anonymous one, texts that name them are emptied. */
export function withoutPerson(person: Person, anonymousId: string, value: unknown): unknown {
  if (typeof value === 'string') return textWithout(person, anonymousId, value);
  if (Array.isArray(value)) return value.map((item) => withoutPerson(person, anonymousId, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      textWithout(person, anonymousId, key),
      withoutPerson(person, anonymousId, inner),
    ]),
  );
}

function textWithout(person: Person, anonymousId: string, text: string): string {
  const ids = [...person.contactIds, ...person.aliasIds];
  const anonymous = ids.reduce((result, id) => result.replaceAll(id, anonymousId), text);
  const isName = [...person.names, ...person.usernames].includes(text);
  return isName || mentions(person, anonymous) ? '' : anonymous;
}
