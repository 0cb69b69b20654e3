import { absent, type Version } from '../../platform/firestore';
import type { WriteOp } from '../../platform/commit';
import { now } from '../../platform/clock';
import { hashId } from '../../shared/ids';
import type { FoundAlias } from '../aliases';
import { contactOf } from '../identify';
import { changedHands, whoIs, type KnownAliases } from '../rules';
import type { Contact } from '../schema';
import { searchChange, searchFields } from '../search';
import { createAlias, createContact, moveAlias, updateContact } from '../store';
import { wishWrites } from '../wishes';
import type { Entry } from './entry';
import { changesBy, wishesBy, type ConsentSettings } from './merge';
import { NO_ROWS, type ImportCounts, type MergeRule, type Rejection } from './schema';

/** A person whom rows are about, as they are after the rows so far. */
interface Person {
  id: string;
  /** As stored; undefined: not yet. */
  stored: Contact | undefined;
  version: Version | undefined;
  contact: Contact;
  aliases: WriteOp[];
  /** Wishes that were told, in the order of the rows. */
  wishes: ReturnType<typeof wishesBy>;
}

/** What is to be written for some rows, and what became of each. */
export interface Plan {
  writes: WriteOp[];
  counts: ImportCounts;
  rejections: Rejection[];
  /** Ids of contacts and aliases that are written. */
  touched: Set<string>;
}

export interface PlanOptions {
  rule: MergeRule;
  consents: ConsentSettings;
  /** Aliases of earlier rows of the file; this plan's are added. */
  seen: Set<string>;
}

/**
 * Works out what rows change, one after the other: a row sees what the ones before it did. The
 * writes demand what was found, so they fail together if anything of it changed since.
 */
export function planRows(
  rows: readonly { entry: Entry; found: readonly FoundAlias[] }[],
  { rule, consents, seen }: PlanOptions,
): Plan {
  const people = new Map<string, Person>();
  const owners = new Map<string, string>();
  const counts = { ...NO_ROWS };
  const rejections: Rejection[] = [];

  for (const { entry, found } of rows) {
    for (const { id, owner } of found) {
      if (!owner || owners.has(id)) continue;
      owners.set(id, owner.id);
      if (!people.has(owner.id)) people.set(owner.id, personOf(owner));
    }
    const known = knownOf(found, owners, people);
    const problem = problemOf(entry, known);
    if (problem) {
      rejections.push({ line: entry.line, column: '', reason: problem });
      counts.rejected++;
      continue;
    }
    const isRepeated = found.some(({ id }) => seen.has(id));
    for (const { id } of found) seen.add(id);
    const id = whoIs(entry.identity, known);
    const person = id === null ? newPerson(entry, found) : (people.get(id) as Person);
    const outcome = take(person, { entry, found, rule, consents, owners });
    people.set(person.id, person);
    counts[isRepeated ? 'repeated' : outcome]++;
  }

  const changed = [...people.values()].map((person) => ({ person, writes: writesOf(person) }));
  const written = changed.filter(({ writes }) => writes.length > 0);
  return {
    writes: written.flatMap(({ writes }) => writes),
    counts,
    rejections,
    touched: new Set(
      written.flatMap(({ person, writes }) => [
        person.id,
        ...writes.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)),
      ]),
    ),
  };
}

const personOf = ({ id, data, version }: NonNullable<FoundAlias['owner']>): Person => ({
  id,
  stored: data,
  version,
  contact: data,
  aliases: [],
  wishes: [],
});

function knownOf(
  found: readonly FoundAlias[],
  owners: Map<string, string>,
  people: Map<string, Person>,
): KnownAliases {
  const known: KnownAliases = {};
  for (const { id, kind } of found) {
    const person = people.get(owners.get(id) ?? '');
    if (person) known[kind] = { id: person.id, contact: person.contact };
  }
  return known;
}

/** A file is no proof that a name changed hands, or that two contacts are one person. */
function problemOf({ identity }: Entry, known: KnownAliases): Rejection['reason'] | null {
  const entries = Object.entries(known) as [keyof KnownAliases, { id: string; contact: Contact }][];
  if (entries.some(([kind, { contact }]) => changedHands(kind, identity, contact))) {
    return 'belongs-to-another';
  }
  const ids = new Set(entries.map(([, { id }]) => id));
  if (ids.size > 1) return 'two-contacts';
  const [first] = entries;
  if (!first) return null;
  const { contact } = first[1];
  const differs = (name: 'phone' | 'bsuid'): boolean =>
    Boolean(identity[name] && contact[name] && identity[name] !== contact[name]);
  return differs('phone') || differs('bsuid') ? 'belongs-to-another' : null;
}

function newPerson({ identity }: Entry, found: readonly FoundAlias[]): Person {
  const [first] = found as [FoundAlias];
  // The id that the first alias gives is taken where it was somebody's before.
  const id = first.alias.data
    ? hashId('again', first.id, String(first.alias.data.createdAt))
    : first.id;
  const contact = contactOf(identity);
  return { id, stored: undefined, version: undefined, contact, aliases: [], wishes: [] };
}

interface Taking {
  entry: Entry;
  found: readonly FoundAlias[];
  rule: MergeRule;
  consents: ConsentSettings;
  owners: Map<string, string>;
}

function take(
  person: Person,
  { entry, found, rule, consents, owners }: Taking,
): 'created' | 'updated' | 'unchanged' {
  const isNew = person.stored === undefined && person.aliases.length === 0;
  const free = found.filter(({ id }) => !owners.has(id));
  for (const alias of free) {
    owners.set(alias.id, person.id);
    const data = { contactId: person.id, createdAt: now() };
    const { version } = alias.alias;
    person.aliases.push(version ? moveAlias(alias.id, data, version) : createAlias(alias.id, data));
  }
  const changes = changesBy(person.contact, entry, isNew ? 'overwrite' : rule);
  person.contact = { ...person.contact, ...changes };
  const wishes = wishesBy(withWishes(person), entry, consents);
  person.wishes.push(...wishes);
  if (isNew) return 'created';
  const hasChanged = Object.keys(changes).length + wishes.length > 0;
  return hasChanged || free.length > 0 ? 'updated' : 'unchanged';
}

/** A contact with the wishes that rows before told. */
const withWishes = ({ contact, wishes }: Person): Contact => ({
  ...contact,
  consents: {
    ...contact.consents,
    ...Object.fromEntries(
      wishes.map(({ category, state, at, source, proof }) => [
        category,
        { state, at, recordedAt: at, source, proof },
      ]),
    ),
  },
});

function writesOf({ id, stored, version, contact, aliases, wishes }: Person): WriteOp[] {
  if (!stored) {
    const told = wishWrites({ id, contact: undefined, version: undefined, writes: [] }, wishes);
    const data = { ...contact, search: searchFields(contact) };
    return [createContact(id, data), ...aliases, ...told];
  }
  const told = wishWrites({ id, contact: stored, version, writes: [] }, wishes);
  const fields = fieldsOf(stored, contact);
  if (Object.keys(fields).length === 0) return [...aliases, ...told];
  // One write of the contact: what it is now, and its wishes.
  const [first, ...entries] = told;
  const consents = first?.kind === 'update' ? first.data : {};
  const rest = first?.kind === 'update' ? entries : told;
  return [
    updateContact(id, { ...fields, ...consents, updatedAt: now() }, version),
    ...aliases,
    ...rest,
  ];
}

/** The fields in which a contact differs from what is stored, with what it is found by. */
function fieldsOf(stored: Contact, contact: Contact): Record<string, unknown> {
  const names = ['name', 'phone', 'bsuid', 'username', 'tags', 'userId', 'isActive'] as const;
  const fields: Record<string, unknown> = {};
  for (const name of names) if (stored[name] !== contact[name]) fields[name] = contact[name];
  for (const [name, value] of Object.entries(contact.attributes)) {
    if (stored.attributes[name] !== value) fields[`attributes.${name}`] = value;
  }
  return { ...fields, ...searchChange(stored, contact, absent) };
}
