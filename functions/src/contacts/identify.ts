import { createCache } from '../platform/cache';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction, type WriteOp } from '../platform/commit';
import { absent, type Read, type Transaction } from '../platform/firestore';
import { hashId } from '../shared/ids';
import { aliasIds, whoIs, type KnownAliases } from './rules';
import type { Alias, Contact, Identity } from './schema';
import { searchChange, searchFields } from './search';
import {
  createAlias,
  createContact,
  deleteAlias,
  readAliases,
  readContacts,
  setAlias,
  updateContact,
} from './store';

/** Which contact an alias leads to. A merge or a number's change is seen after this time. */
const aliases = createCache<string>({ max: 50_000, ttl: 10 * 60_000 });

/** A contact that is, or is about to be, stored; `writes` belong into the caller's commit. */
export interface Resolved {
  contactId: string;
  isNew: boolean;
  isBlocked: boolean;
  writes: WriteOp[];
}

/**
 * The contact an identity most likely belongs to, without reading anything: the one seen lately,
 * else the id that a person first seen under this identity was given.
 */
export function guessContact(identity: Identity): string {
  const ids = aliasIds(identity);
  for (const id of ids) {
    const known = aliases.peek(id);
    if (known) return known;
  }
  return ids[0] as string;
}

/** Keeps in memory whose identity this is, once a commit has proved it. */
export function rememberContact(identity: Identity, contactId: string): void {
  for (const id of aliasIds(identity)) aliases.set(id, contactId);
}

/** The writes that store a new person; they fail as a conflict if an alias is known already. */
export function newContact(identity: Identity): Resolved {
  const ids = aliasIds(identity);
  const contactId = ids[0] as string;
  return {
    contactId,
    isNew: true,
    isBlocked: false,
    writes: [
      createContact(contactId, contactOf(identity)),
      ...ids.map((id) => createAlias(id, { contactId, createdAt: now() })),
    ],
  };
}

/**
 * Looks up whose identity this is, in a transaction when given one, and what has to be written so
 * that each of its aliases leads there. Reads: its aliases (1–2) and their contacts (0–2).
 */
export async function resolveContact(
  identity: Identity,
  transaction?: Transaction,
): Promise<Resolved> {
  const ids = aliasIds(identity);
  const found = await readAliases(ids, transaction);
  const contactIds = [...new Set(found.flatMap(({ data }) => data?.contactId ?? []))];
  const contacts = new Map(
    (await readContacts(contactIds, transaction)).map(({ id, data }) => [id, data]),
  );

  const known: KnownAliases = {};
  for (const [index, { data }] of found.entries()) {
    const contact = data && contacts.get(data.contactId);
    if (!contact) continue;
    const kind = identity.bsuid && index === 0 ? 'bsuid' : 'phone';
    known[kind] = { id: data.contactId, contact };
  }

  const id = whoIs(identity, known);
  if (id === null) return freshContact(identity, found, contacts);

  const contact = contacts.get(id) as Contact;
  const linked = found.filter(({ data }) => data === undefined);
  const news: Partial<Contact> = {};
  // An alias that leads to another contact is left: two contacts of one person are for a merge.
  if (linked.length > 0) {
    if (identity.phone && identity.phone !== contact.phone) news.phone = identity.phone;
    if (identity.bsuid && identity.bsuid !== contact.bsuid) news.bsuid = identity.bsuid;
  }
  // A name that the team gave stays.
  if (identity.name && contact.name === null) news.name = identity.name;
  if (identity.username && contact.username === null) news.username = identity.username;
  return {
    contactId: id,
    isNew: false,
    isBlocked: contact.isBlocked,
    writes: [
      ...linked.map((alias) => createAlias(alias.id, { contactId: id, createdAt: now() })),
      ...(Object.keys(news).length > 0 ? [updateContact(id, changed(contact, news))] : []),
    ],
  };
}

/** A new person of whom an alias may be taken: a number that changed hands leads to its new owner. */
function freshContact(
  identity: Identity,
  found: Read<Alias>[],
  contacts: Map<string, Contact | undefined>,
): Resolved {
  const [first] = found;
  const contactId = contacts.get(first?.id as string)
    ? hashId('again', first?.id as string, String(now()))
    : (first?.id as string);
  const alias: Alias = { contactId, createdAt: now() };
  return {
    contactId,
    isNew: true,
    isBlocked: false,
    writes: [
      createContact(contactId, contactOf(identity)),
      ...found.map(({ id, data }) => (data ? setAlias(id, alias) : createAlias(id, alias))),
    ],
  };
}

/**
 * Makes sure that all aliases seen together lead to one contact. Needed once an instance and
 * identity, because a message that names a known alias is stored without looking at the others.
 * Losing it is harmless: the person's next message does it again.
 */
export async function linkAliases(identity: Identity, contactId: string): Promise<void> {
  const ids = aliasIds(identity);
  if (ids.length < 2 || ids.every((id) => aliases.peek(id) === contactId)) return;
  const resolved = await inTransaction(async (transaction) => {
    const current = await resolveContact(identity, transaction);
    if (!current.isNew) addToTransaction(transaction, current.writes);
    return current;
  });
  if (!resolved.isNew) rememberContact(identity, resolved.contactId);
}

/**
 * A person's number or BSUID changed: the new alias leads to the same contact, and the old number
 * to nobody, for it may be given to somebody else. Running it again changes nothing.
 */
export async function changeIdentity(
  contactId: string,
  change: { phone?: string; bsuid?: string },
): Promise<void> {
  const newIds = aliasIds(change);
  await inTransaction(async (transaction) => {
    const [contact] = await readContacts([contactId], transaction);
    if (!contact?.data) return;
    const old = aliasIds({
      ...(change.phone && contact.data.phone ? { phone: contact.data.phone } : {}),
      ...(change.bsuid && contact.data.bsuid ? { bsuid: contact.data.bsuid } : {}),
    }).filter((id) => !newIds.includes(id));
    addToTransaction(transaction, [
      ...newIds.map((id) => setAlias(id, { contactId, createdAt: now() })),
      ...old.map(deleteAlias),
      updateContact(contactId, changed(contact.data, change)),
    ]);
  });
  for (const id of newIds) aliases.set(id, contactId);
}

/** The fields of an update that makes a contact another, in what it is found by too. */
const changed = (contact: Contact, news: Partial<Contact>): Record<string, unknown> => ({
  ...news,
  ...searchChange(contact, { ...contact, ...news }, absent),
  updatedAt: now(),
});

/** A person as a contact, with nothing known beside their names. */
export function contactOf(identity: Identity): Contact {
  const names = {
    name: identity.name ?? null,
    phone: identity.phone ?? null,
    bsuid: identity.bsuid ?? null,
    username: identity.username ?? null,
    tags: [],
  };
  return {
    ...names,
    attributes: {},
    optOut: null,
    userId: null,
    isActive: true,
    isBlocked: false,
    search: searchFields(names),
    createdAt: now(),
    updatedAt: now(),
  };
}
