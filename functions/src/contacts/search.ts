import { hashId } from '../shared/ids';
import { cut, plainText } from '../shared/text';
import type { Contact, SearchFields } from './schema';

/**
 * How contacts are found: each has a key for whatever may be asked, and a search is a query for
 * documents that have all of its keys. Firestore merges such equalities from the indexes that it
 * keeps of each field, so words, digits, tags and criteria of a filter go together in any number,
 * need no index of their own, and cost a read a result.
 *
 * A contact has about 45 keys: some 5 kB of index entries, and not one write or read more. A key is
 * a hash, because names of fields show in errors of queries, and names of people must not.
 */
const KEY_LENGTH = 16;
const keyOf = (kind: 'tag' | 'word' | 'digits', value: string): string => {
  const known = keys.get(kind + value);
  if (known !== undefined) return known;
  const key = hashId(kind, value).slice(0, KEY_LENGTH);
  // Beginnings are shared by very many, and a file of thousands asks for the same ones again.
  if (value.length <= SHARED_LENGTH && keys.size < MAX_KEYS) keys.set(kind + value, key);
  return key;
};
const SHARED_LENGTH = 5;
const MAX_KEYS = 20_000;
const keys = new Map<string, string>();

/** Longer beginnings and parts are not told apart by the query, but by `matchesText`. */
const MAX_PREFIX = 12;
const MAX_WORDS = 10;
const MIN_DIGITS = 3;
const MAX_NAME = 60;

type Found = Pick<Contact, 'name' | 'username' | 'phone' | 'bsuid' | 'tags'>;

/** What a contact is found by. Goes into each contact that is written whole. */
export function searchFields(contact: Found): SearchFields {
  const { name, username, phone, bsuid, tags } = contact;
  // Without a prototype it is a table from the start: a class of its own for each contact's keys
  // would take three times as long.
  const found = Object.create(null) as Record<string, true>;
  for (const tag of tags) found[keyOf('tag', tag)] = true;
  for (const word of wordsOf(contact)) {
    for (const part of prefixesOf(word)) found[keyOf('word', part)] = true;
  }
  for (const part of digitParts(phone)) found[keyOf('digits', part)] = true;
  const title = [name, username].map((text) => plainText(text ?? '')).find((text) => text !== '');
  return {
    name: cut(title ?? phone ?? bsuid ?? '', MAX_NAME),
    keys: found,
  };
}

/**
 * The fields to update where a contact becomes another: only what differs, so that changes of
 * different things at the same time do not undo each other. `absent` marks what goes.
 */
export function searchChange(
  before: Found & { search?: SearchFields | undefined },
  after: Found,
  absent: () => unknown,
): Record<string, unknown> {
  const old = before.search ?? { name: null, keys: {} };
  const next = searchFields(after);
  const change: Record<string, unknown> = {};
  if (old.name !== next.name) change['search.name'] = next.name;
  for (const key of Object.keys(old.keys)) {
    if (!(key in next.keys)) change[`search.keys.${key}`] = absent();
  }
  for (const key of Object.keys(next.keys)) {
    if (!(key in old.keys)) change[`search.keys.${key}`] = true;
  }
  return change;
}

/** The field that a contact has if it has a tag. */
export const tagField = (tag: string): string => `search.keys.${keyOf('tag', tag)}`;

/** What a text asks for: digits of a number, or words of a name. */
type Asked = { digits: string } | { words: string[] };

function askedOf(text: string): Asked {
  const digits = text.replace(/\D/g, '');
  if (digits.length >= MIN_DIGITS && /^[\d\s()+./-]*$/.test(text)) {
    // A long one that begins like this is written as it is dialled abroad.
    return { digits: digits.replace(/^00(?=\d{5})/, '') };
  }
  return { words: [...new Set(plainText(text).split(' ').filter(Boolean))].slice(0, MAX_WORDS) };
}

/** The fields that a contact has if a text asks for it. */
export function textFields(text: string): string[] {
  const asked = askedOf(text);
  const keys =
    'digits' in asked
      ? [keyOf('digits', asked.digits.slice(0, MAX_PREFIX))]
      : asked.words.map((word) => keyOf('word', head(word)));
  return keys.map((key) => `search.keys.${key}`);
}

/** Whether a text asks for a contact: what the keys cut short is compared whole. */
export function matchesText(text: string, contact: Found): boolean {
  const asked = askedOf(text);
  if ('words' in asked) {
    const words = wordsOf(contact);
    return asked.words.every((wanted) => words.some((word) => word.startsWith(wanted)));
  }
  const digits = contact.phone?.replace(/\D/g, '') ?? '';
  return (
    digits.startsWith(asked.digits) ||
    digits.endsWith(asked.digits) ||
    digits.slice(callingCodeLength(digits)).startsWith(asked.digits)
  );
}

const wordsOf = ({ name, username }: Pick<Contact, 'name' | 'username'>): string[] =>
  [
    ...new Set(
      plainText(`${name ?? ''} ${username ?? ''}`)
        .split(' ')
        .filter(Boolean),
    ),
  ].slice(0, MAX_WORDS);

/** The first letters; one may take two places. */
const lettersOf = (word: string): string[] => Array.from(word).slice(0, MAX_PREFIX);
const head = (word: string): string => lettersOf(word).join('');

const prefixesOf = (word: string): string[] => {
  const letters = lettersOf(word);
  return letters.map((_, n) => letters.slice(0, n + 1).join(''));
};

/** The beginnings of a number, with and without its country's code, and its ends. */
function digitParts(phone: string | null): string[] {
  const digits = phone?.replace(/\D/g, '') ?? '';
  const starts = (from: string): string[] => lengthsOf(from).map((length) => from.slice(0, length));
  return [
    ...new Set([
      ...starts(digits),
      ...starts(digits.slice(callingCodeLength(digits))),
      ...lengthsOf(digits).map((length) => digits.slice(-length)),
    ]),
  ];
}

const lengthsOf = (digits: string): number[] =>
  Array.from(
    { length: Math.max(0, Math.min(digits.length, MAX_PREFIX) - MIN_DIGITS + 1) },
    (_, n) => n + MIN_DIGITS,
  );

/** Countries' codes by length, as the ITU gave them out; those of three digits are the rest. */
const ONE_DIGIT = /^[17]/;
const TWO_DIGITS = /^(?:2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

function callingCodeLength(digits: string): number {
  if (ONE_DIGIT.test(digits)) return 1;
  return TWO_DIGITS.test(digits) ? 2 : 3;
}
