import { isDeepStrictEqual } from 'node:util';
import { absent, type Version } from '../../platform/firestore';
import type { WriteOp } from '../../platform/commit';
import { now } from '../../platform/clock';
import { hashId } from '../../shared/ids';
import type { FoundAlias } from '../aliases';
import { plainContact } from '../identify';
import { whoIs, type KnownAliases } from '../rules';
import type { Contact } from '../schema';
import { searchChange, searchFields } from '../search';
import { createAlias, createContact, moveAlias, updateContact } from '../store';
import { wishWrites } from '../wishes';
import type { Entry } from './entry';
import { changesBy, wishesBy, type ConsentSettings } from './merge';
import { problemOf, tagsProblem, type Headers } from './problems';
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
  /** What the file calls the columns that can be wrong. */
  headers: Headers;
}

/**
 * Works out what rows change, one after the other: a row sees what the ones before it did. What
 * became of a person is what came of all their rows together. The writes demand what was found, so
 * they fail together if anything of it changed since.
 */
export function planRows(
  rows: readonly { entry: Entry; found: readonly FoundAlias[] }[],
  { rule, consents, headers }: PlanOptions,
): Plan {
  const people = new Map<string, Person>();
  const owners = new Map<string, string>();
  const met = new Set<Person>();
  const rejections: Rejection[] = [];

  for (const { entry, found } of rows) {
    for (const { id, owner } of found) {
      if (!owner || owners.has(id)) continue;
      owners.set(id, owner.id);
      if (!people.has(owner.id)) people.set(owner.id, personOf(owner));
    }
    const known = knownOf(found, owners, people);
    const id = whoIs(entry.identity, known);
    const person = id === null ? newPerson(entry, found) : (people.get(id) as Person);
    const mayAddTags = rule !== 'keep' || isNew(person);
    const problem =
      problemOf(entry, known) ?? (mayAddTags ? tagsProblem(person.contact, entry) : null);
    if (problem) {
      const { field, reason } = problem;
      rejections.push({ line: entry.line, column: headers[field], reason });
      continue;
    }
    take(person, { entry, found, rule, consents, owners });
    people.set(person.id, person);
    met.add(person);
  }

  const counts = { ...NO_ROWS, rejected: rejections.length };
  counts.repeated = rows.length - rejections.length - met.size;
  const writes: WriteOp[] = [];
  const touched = new Set<string>();
  for (const person of met) {
    const own = writesOf(person);
    if (!person.stored) counts.created++;
    else if (own.length > 0) counts.updated++;
    else counts.unchanged++;
    if (own.length === 0) continue;
    touched.add(person.id);
    for (const write of own) {
      writes.push(write);
      touched.add(write.path.slice(write.path.lastIndexOf('/') + 1));
    }
  }
  return { writes, counts, rejections, touched };
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

/** A person of whom nothing is known but that this row is about them. */
function newPerson({ identity }: Entry, found: readonly FoundAlias[]): Person {
  const [first] = found as [FoundAlias];
  // The id that the first alias gives is taken where it was somebody's before.
  const id = first.alias.data
    ? hashId('again', first.id, String(first.alias.data.createdAt))
    : first.id;
  // What they are found by is made once all is known.
  const contact = { ...plainContact(identity), search: { name: '', keys: {} } };
  return { id, stored: undefined, version: undefined, contact, aliases: [], wishes: [] };
}

/** Whether this row is the first that is about them. */
const isNew = ({ stored, aliases }: Person): boolean =>
  stored === undefined && aliases.length === 0;

interface Taking {
  entry: Entry;
  found: readonly FoundAlias[];
  rule: MergeRule;
  consents: ConsentSettings;
  owners: Map<string, string>;
}

function take(person: Person, { entry, found, rule, consents, owners }: Taking): void {
  const isFirst = isNew(person);
  for (const alias of found.filter(({ id }) => !owners.has(id))) {
    owners.set(alias.id, person.id);
    const data = { contactId: person.id, createdAt: now() };
    const { version } = alias.alias;
    person.aliases.push(version ? moveAlias(alias.id, data, version) : createAlias(alias.id, data));
  }
  const changes = changesBy(person.contact, entry, isFirst ? 'overwrite' : rule);
  person.contact = { ...person.contact, ...changes };
  person.wishes.push(...wishesBy(withWishes(person), entry, consents));
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

/** What a contact is found by is made of these. */
const SEARCHED = ['name', 'phone', 'bsuid', 'username', 'tags'] as const;

/** The fields in which a contact differs from what is stored, with what it is found by. */
function fieldsOf(stored: Contact, contact: Contact): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  const copy = (name: keyof Contact): void => {
    if (!isDeepStrictEqual(stored[name], contact[name])) fields[name] = contact[name];
  };
  for (const name of SEARCHED) copy(name);
  // Most rows of a file that is imported again say nothing new.
  const search = Object.keys(fields).length > 0 ? searchChange(stored, contact, absent) : {};
  for (const name of ['userId', 'isActive'] as const) copy(name);
  for (const [name, value] of Object.entries(contact.attributes)) {
    if (stored.attributes[name] !== value) fields[`attributes.${name}`] = value;
  }
  return { ...fields, ...search };
}
