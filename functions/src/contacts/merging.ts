import { batchQuery } from '../batch/batchQuery';
import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { absent, type Read, type Version } from '../platform/firestore';
import type { Alias, Contact } from './schema';
import { contactPath, moveAlias, readAliases, readContacts, updateContact } from './store';

const identities = collection<Alias>('identities');

/** Two contacts that are to become one, or two again, as they are stored now. */
export async function readPair(
  winnerId: string,
  loserId: string,
): Promise<[Read<Contact>, Read<Contact>]> {
  const [winner, loser] = await readContacts([winnerId, loserId]);
  return [winner as Read<Contact>, loser as Read<Contact>];
}

/** More names nobody has. */
const MAX_ALIASES = 200;

/** All aliases that lead to a contact. One read each. */
export async function aliasesLeadingTo(
  contactId: string,
): Promise<{ id: string; alias: Alias; version: Version }[]> {
  const { items } = await batchQuery(identities, [{ where: [['contactId', '==', contactId]] }], {
    limit: MAX_ALIASES,
  });
  return items.map(({ id, data, version }) => ({ id, alias: data, version }));
}

/** Aliases by id, as they are stored now. */
export const storedAliases = (ids: string[]): Promise<Read<Alias>[]> => readAliases(ids);

/** Lets an alias lead to a contact; fails where it changed since. */
export const pointAlias = (id: string, alias: Alias, version: Version): WriteOp =>
  moveAlias(id, alias, version);

/** The write that makes a contact what it is to be, whole; fails where it changed since. */
export function replaceContact(
  id: string,
  before: Contact,
  after: Omit<Contact, 'search'>,
  version: Version,
): WriteOp {
  const gone = Object.keys(before).filter((name) => !(name in after));
  const fields = Object.fromEntries(gone.map((name) => [name, absent()] as const));
  return updateContact(id, { ...after, ...fields }, version);
}

/** The write that changes fields of a contact; undefined ones go. */
export const changeContact = (
  id: string,
  change: Record<string, unknown>,
  version: Version,
): WriteOp =>
  updateContact(
    id,
    Object.fromEntries(
      Object.entries(change).map(([name, value]) => [name, value ?? orAbsent(value)]),
    ),
    version,
  );

const orAbsent = (value: unknown): unknown => (value === undefined ? absent() : value);

/** The document of a contact, for the audit log. */
export const pathOfContact = contactPath;
