import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { readAll, type Read, type Transaction, type Version } from '../platform/firestore';
import type { Alias, Contact } from './schema';

export const contacts = collection<Contact>('contacts');

const contactPath = (id: string): string => `${contacts.path}/${id}`;
const aliasPath = (id: string): string => `identities/${id}`;

export const readContacts = (ids: string[], transaction?: Transaction): Promise<Read<Contact>[]> =>
  readAll<Contact>(ids.map(contactPath), transaction);

export const readAliases = (ids: string[], transaction?: Transaction): Promise<Read<Alias>[]> =>
  readAll<Alias>(ids.map(aliasPath), transaction);

export const createContact = (id: string, data: Contact): WriteOp => ({
  kind: 'create',
  path: contactPath(id),
  data,
});

/** Fails where the contact is missing, or not at `version` any more. */
export const updateContact = (
  id: string,
  data: Record<string, unknown>,
  version?: Version,
): WriteOp => ({
  kind: 'update',
  path: contactPath(id),
  data,
  ...(version ? { version } : {}),
});

export const createAlias = (id: string, data: Alias): WriteOp => ({
  kind: 'create',
  path: aliasPath(id),
  data,
});

export const setAlias = (id: string, data: Alias): WriteOp => ({
  kind: 'set',
  path: aliasPath(id),
  data,
});

export const deleteAlias = (id: string): WriteOp => ({ kind: 'delete', path: aliasPath(id) });
