import { createCache, MIB } from '../platform/cache';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction, type WriteOp } from '../platform/commit';
import type { Read, Transaction, Version } from '../platform/firestore';
import { hashId } from '../shared/ids';
import { findAliases, type FoundAlias } from './aliases';
import { changedFields } from './changed';
import { aliasesOf, aliasIds, changedHands, whoIs, type KnownAliases } from './rules';
import type { Alias, Contact, Identity } from './schema';
import { searchFields } from './search';
import { createAlias, createContact, moveAlias, readAliases, updateContact } from './store';

/** Which contact an alias leads to. A merge or a number's change is seen after this time. */
const aliases = createCache<string>({
  name: 'aliases',
  maxAgeMs: 10 * 60_000,
  maxBytes: 16 * MIB,
});

/** Two contacts that turned out to be one person. */
export interface Twins {
  winnerId: string;
  loserId: string;
}

/** A contact that is, or is about to be, stored; `writes` belong into the caller's commit. */
export interface Resolved {
  contactId: string;
  isNew: boolean;
  isBlocked: boolean;
  writes: WriteOp[];
  /** Whom it took in; a conversation that begins now is told. */
  mergedFrom: string[];
  /** Other contacts that turned out to be the same person. */
  twins: Twins[];
  /** As it was read: whoever writes on the ground of it may demand it. */
  version: Version | undefined;
}

/**
 * The contact an identity most likely belongs to, without reading anything: the one that was seen
 * under its first alias lately, else the id that a person first seen under this identity was given.
 * Another alias may have changed hands, so it is no ground to store anything on.
 */
export const guessContact = (identity: Identity): string => recallContact(identity).contactId;

/** The same, and whether every alias is known to lead there: then there is nothing to link. */
export function recallContact(identity: Identity): { contactId: string; isKnown: boolean } {
  const [first, ...others] = aliasIds(identity) as [string, ...string[]];
  const owner = known(first);
  return {
    contactId: owner ?? first,
    isKnown: owner !== undefined && others.every((id) => known(id) === owner),
  };
}

/** Of contacts that were merged: a merge that is undone is seen after this time. */
const mergedAliases = createCache<string>({ name: 'merged-aliases', maxAgeMs: 20_000 });

/** Whose alias it is, as far as that is known here. */
const known = (id: string): string | undefined => mergedAliases.peek(id) ?? aliases.peek(id);

/** Keeps in memory whose identity this is, once a commit has proved it. */
export function rememberContact(identity: Identity, contactId: string, isMerged = false): void {
  for (const id of aliasIds(identity)) {
    // What is known is not known for longer because it was used.
    if (known(id) === contactId) continue;
    aliases.delete(id);
    mergedAliases.delete(id);
    (isMerged ? mergedAliases : aliases).set(id, contactId);
  }
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
    mergedFrom: [],
    twins: [],
    version: undefined,
  };
}

/**
 * Looks up whose identity this is, in a transaction when given one, and what has to be written so
 * that each of its aliases leads there. Reads: its aliases (1–4) and their contacts; one more for
 * each change or merge that an alias has been through, or a username that was given up.
 */
export async function resolveContact(
  identity: Identity,
  transaction?: Transaction,
): Promise<Resolved> {
  const found = await findAliases(aliasesOf(identity), transaction);
  const owners: KnownAliases = {};
  for (const { kind, owner } of found) {
    if (owner) owners[kind] = { id: owner.id, contact: owner.data };
  }
  const id = whoIs(identity, owners);
  if (id === null) return freshContact(identity, found);

  const owner = found.find((alias) => alias.owner?.id === id)?.owner as Owner;
  const { data: contact, version } = owner;
  const writes: WriteOp[] = [];
  for (const alias of found) {
    // One that leads to another contact of the same person is left: that is for a merge.
    const isFree = !alias.owner || changedHands(alias.kind, identity, alias.owner.data);
    if (alias.owner?.id !== id && isFree) writes.push(...leadTo(alias, id));
  }
  const news: Partial<Contact> = writes.length > 0 ? newsOf(identity, contact) : {};
  if (news.username && contact.username) {
    writes.push(...(await giveUp(contact.username, id, transaction)));
  }
  // A name that the team gave stays.
  if (identity.name && contact.name === null) news.name = identity.name;
  if (Object.keys(news).length > 0) {
    writes.push(updateContact(id, changedFields(contact, news), version));
  }
  const { mergedFrom = [] } = contact;
  return {
    contactId: id,
    isNew: false,
    isBlocked: contact.isBlocked,
    writes,
    mergedFrom,
    twins: twinsOf(id, found, identity),
    version,
  };
}

/**
 * Contacts of the same person that were made before anything connected them. A username connects
 * nobody: it may have been taken over.
 */
const twinsOf = (winnerId: string, found: FoundAlias[], identity: Identity): Twins[] =>
  found.flatMap(({ kind, owner }) =>
    kind !== 'username' &&
    owner &&
    owner.id !== winnerId &&
    !changedHands(kind, identity, owner.data)
      ? [{ winnerId, loserId: owner.id }]
      : [],
  );

type Owner = Read<Contact> & { data: Contact };

/** What an identity tells of a contact that was not known. */
function newsOf(identity: Identity, contact: Contact) {
  const news: Partial<Record<'phone' | 'bsuid' | 'parentBsuid' | 'username', string>> = {};
  for (const name of ['phone', 'bsuid', 'parentBsuid', 'username'] as const) {
    const value = identity[name];
    if (value && value !== contact[name]) news[name] = value;
  }
  return news;
}

/** Lets an alias lead to a contact; whoever had it before has it no more. */
function leadTo({ id, kind, alias, owner }: FoundAlias, contactId: string): WriteOp[] {
  const data: Alias = { contactId, createdAt: now() };
  if (!alias.data || !alias.version) return [createAlias(id, data)];
  const isNamed = owner && aliasesOf({ [kind]: owner.data[kind] })[0]?.id === id;
  return [
    moveAlias(id, data, alias.version),
    ...(isNamed ? [updateContact(owner.id, changedFields(owner.data, { [kind]: null }))] : []),
  ];
}

/** A username that its owner changed leads to nobody, until somebody else takes it. */
async function giveUp(
  username: string,
  contactId: string,
  transaction?: Transaction,
): Promise<WriteOp[]> {
  const [alias] = await readAliases(aliasIds({ username }), transaction);
  if (alias?.data?.contactId !== contactId || !alias.version) return [];
  return [moveAlias(alias.id, { contactId: null, createdAt: now() }, alias.version)];
}

/** A new person, to whom aliases lead from now on that were others' or nobody's. */
function freshContact(identity: Identity, found: FoundAlias[]): Resolved {
  const [first] = found as [FoundAlias];
  // The id that the alias gives is taken where it was somebody's; all who see that take the same.
  const contactId = first.alias.data
    ? hashId('again', first.id, String(first.alias.data.createdAt))
    : first.id;
  return {
    contactId,
    isNew: true,
    isBlocked: false,
    writes: [
      createContact(contactId, contactOf(identity)),
      ...found.flatMap((alias) => leadTo(alias, contactId)),
    ],
    mergedFrom: [],
    twins: [],
    version: undefined,
  };
}

/**
 * Makes sure that all aliases seen together lead to one contact. Needed once an instance and
 * identity, because a message that names a known alias is stored without looking at the others.
 * Losing it is harmless: the person's next message does it again.
 *
 * @returns contacts that turned out to be one person
 */
export async function linkAliases(identity: Identity, contactId: string): Promise<Twins[]> {
  const ids = aliasIds(identity);
  if (ids.length < 2 || ids.every((id) => known(id) === contactId)) return [];
  const resolved = await inTransaction(async (transaction) => {
    const current = await resolveContact(identity, transaction);
    if (!current.isNew) addToTransaction(transaction, current.writes);
    return current;
  });
  if (!resolved.isNew) {
    rememberContact(identity, resolved.contactId, resolved.mergedFrom.length > 0);
  }
  return resolved.twins;
}

/** A person as a contact, with nothing known beside their names. */
export function contactOf(identity: Identity): Contact {
  const contact = plainContact(identity);
  return { ...contact, search: searchFields(contact) };
}

/** The same without what it is found by, for whoever has more to say of the person first. */
export const plainContact = (identity: Identity): Omit<Contact, 'search'> => ({
  name: identity.name ?? null,
  phone: identity.phone ?? null,
  bsuid: identity.bsuid ?? null,
  username: identity.username ?? null,
  tags: [],
  ...(identity.parentBsuid ? { parentBsuid: identity.parentBsuid } : {}),
  attributes: {},
  consents: {},
  userId: null,
  isActive: true,
  isBlocked: false,
  createdAt: now(),
  updatedAt: now(),
});
