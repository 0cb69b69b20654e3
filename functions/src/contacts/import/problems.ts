import { changedHands, type KnownAliases } from '../rules';
import type { Contact } from '../schema';
import type { Entry } from './entry';
import type { Rejection } from './schema';

/** What the file calls the columns in which something can be wrong with regard to who is known. */
export type Headers = Record<AliasField | 'tags', string>;

interface Problem {
  field: keyof Headers;
  reason: Rejection['reason'];
}

/** A file is no proof that a name changed hands, or that two contacts are one person. */
export function problemOf({ identity }: Entry, known: KnownAliases): Problem | null {
  const fieldWhere = (isWrong: (contact: Contact, field: AliasField) => boolean) =>
    ALIAS_FIELDS.find((field) => known[field] && isWrong(known[field].contact, field));
  const taken = fieldWhere((contact, field) => changedHands(field, identity, contact));
  if (taken) return { field: taken, reason: 'belongs-to-another' };
  const ids = new Set(Object.values(known).map(({ id }) => id));
  if (ids.size > 1) return { field: 'phone', reason: 'two-contacts' };
  const differs = (contact: Contact, name: 'phone' | 'bsuid'): boolean =>
    Boolean(identity[name] && contact[name] && identity[name] !== contact[name]);
  const other = fieldWhere((contact) => differs(contact, 'phone') || differs(contact, 'bsuid'));
  return other ? { field: other, reason: 'belongs-to-another' } : null;
}

/** Nothing in a file is a parent BSUID. */
const ALIAS_FIELDS = ['phone', 'bsuid', 'username'] as const;
type AliasField = (typeof ALIAS_FIELDS)[number];

/** A contact has at most so many, as `contacts-update` says. */
const MAX_TAGS = 100;

/** Why a contact cannot take a row's tags. */
export function tagsProblem({ tags }: Contact, entry: Entry): Problem | null {
  const all = new Set([...tags, ...entry.tags]);
  const isTooMuch = all.size > Math.max(MAX_TAGS, tags.length);
  return isTooMuch ? { field: 'tags', reason: 'too-many-tags' } : null;
}
