import { now } from '../platform/clock';
import { addToTransaction, inTransaction, type WriteOp } from '../platform/commit';
import type { Transaction } from '../platform/firestore';
import { findAliases, type FoundAlias } from './aliases';
import { changedFields } from './changed';
import { rememberContact, type Twins } from './identify';
import { aliasesOf, whoIs, type AliasKind, type KnownAliases } from './rules';
import type { Alias, Contact, Identity } from './schema';
import { createAlias, moveAlias, updateContact } from './store';

/** What a change came to. */
interface Changed {
  /** Whom the person is known as; undefined: nobody knew them under the old names. */
  contactId?: string;
  /** The names of the person as they are now: later changes may have come before this one. */
  identity: Identity;
  twins: Twins[];
}

/** WhatsApp's clock and ours differ by less. */
const CLOCKS_MS = 60_000;

/**
 * A person's names changed, at a time by WhatsApp's clock: the new ones lead to the same contact,
 * the old ones to nobody in a while, for a number may be given to somebody else. Running it again
 * changes nothing, and changes that come in the wrong order end as in the right one.
 *
 * Where the new name has a contact already, that is the person too if it came to be after the
 * change; else it was the name's former owner, who loses it.
 */
export async function changeIdentity(
  before: Identity,
  after: Identity,
  at: number,
): Promise<Changed> {
  const changed = await inTransaction((transaction) => change(transaction, before, after, at));
  if (changed.contactId !== undefined) rememberContact(changed.identity, changed.contactId);
  return changed;
}

async function change(
  transaction: Transaction,
  before: Identity,
  after: Identity,
  at: number,
): Promise<Changed> {
  const [old, next] = await Promise.all([
    findAliases(aliasesOf(before), transaction),
    findAliases(aliasesOf(after), transaction),
  ]);
  const known: KnownAliases = {};
  for (const { kind, owner } of old) {
    if (owner) known[kind] = { id: owner.id, contact: owner.data };
  }
  const contactId = whoIs(before, known);
  // Whatever was changed later stands.
  const isEarlier = ({ alias }: FoundAlias): boolean => (alias.data?.changedAt ?? 0) <= at;
  // An old name that nobody is known by leads on, for whoever tells of an earlier change later.
  const left = (id: string | null): WriteOp[] =>
    old
      .filter((alias) => !next.some((other) => other.id === alias.id))
      .filter((alias) => isEarlier(alias) && (!alias.owner || alias.owner.id === id))
      .flatMap((alias) => leave(alias, next, at));
  if (contactId === null) {
    addToTransaction(transaction, left(null));
    return { identity: after, twins: [] };
  }

  const contact = old.find(({ owner }) => owner?.id === contactId)?.owner?.data as Contact;
  const writes: WriteOp[] = left(contactId);
  const fields: Record<string, string> = {};
  const twins = new Map<string, Twins>();
  let identity: Identity = after;
  for (const alias of next) {
    const { kind } = alias;
    const { data } = alias.alias;
    const isFree = data?.contactId === null && (data.changedAt ?? 0) < at;
    const owner = isFree ? undefined : alias.owner;
    if (owner && owner.id !== contactId && isSamePerson(alias, next, after, at)) {
      twins.set(owner.id, { winnerId: contactId, loserId: owner.id });
      identity = identityOf(owner.data);
    } else if (alias.alias.data?.contactId === contactId) {
      if (contact[kind] !== after[kind]) fields[kind] = after[kind] as string;
    } else if (owner?.id === contactId) {
      // They have changed it once more since.
      identity = identityOf(contact);
    } else {
      writes.push(...take({ ...alias, owner }, contactId, at));
      fields[kind] = after[kind] as string;
    }
  }
  if (Object.keys(fields).length > 0) {
    writes.push(updateContact(contactId, changedFields(contact, fields)));
  }
  addToTransaction(transaction, writes);
  return { contactId, identity, twins: [...twins.values()] };
}

function isSamePerson(
  { alias, owner }: FoundAlias,
  next: readonly FoundAlias[],
  after: Identity,
  at: number,
): boolean {
  // It leads to them by a later change, not by itself.
  if (alias.data?.contactId === null) return true;
  const bsuid = next.find(({ kind }) => kind === 'bsuid');
  if (after.bsuid && bsuid?.owner) return bsuid.owner.id === owner?.id;
  return (owner?.data.createdAt ?? 0) >= at - CLOCKS_MS;
}

const identityOf = ({ phone, bsuid, parentBsuid, username }: Contact): Identity => ({
  ...(phone ? { phone } : {}),
  ...(bsuid ? { bsuid } : {}),
  ...(parentBsuid ? { parentBsuid } : {}),
  ...(username ? { username } : {}),
});

/** An old name leads to nobody, and says where its owner went. */
function leave(
  { id, kind, alias }: FoundAlias,
  next: readonly FoundAlias[],
  at: number,
): WriteOp[] {
  const successor = next.find((other) => other.kind === kind) ?? next[0];
  // What it said of a change stands: it was told before.
  if (!successor || alias.data?.contactId === null) return [];
  const data: Alias = { contactId: null, createdAt: now(), changedAt: at, movedTo: successor.id };
  return [alias.version ? moveAlias(id, data, alias.version) : createAlias(id, data)];
}

/** Lets a new name lead to a contact; its former owner has it no more. */
function take({ id, kind, alias, owner }: FoundAlias, contactId: string, at: number): WriteOp[] {
  const data: Alias = { contactId, createdAt: now(), changedAt: at };
  if (!alias.version) return [createAlias(id, data)];
  const isNamed = owner && isNameOf(owner.data, kind, id);
  return [
    moveAlias(id, data, alias.version),
    ...(isNamed ? [updateContact(owner.id, changedFields(owner.data, { [kind]: null }))] : []),
  ];
}

const isNameOf = (contact: Contact, kind: AliasKind, id: string): boolean =>
  aliasesOf({ [kind]: contact[kind] })[0]?.id === id;
