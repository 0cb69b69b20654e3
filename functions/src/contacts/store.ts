import { collection } from '../batch/collection';
import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import {
  absent,
  read,
  readAll,
  type Read,
  type Transaction,
  type Version,
} from '../platform/firestore';
import type {
  Alias,
  AttributeDefinition,
  ConsentEntry,
  Contact,
  Dismissal,
  Segment,
} from './schema';

export const contacts = collection<Contact>('contacts');

export const contactPath = (id: string): string => `${contacts.path}/${id}`;
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

/** Lets an alias lead elsewhere; fails where it changed since `version`. */
export const moveAlias = (id: string, data: Alias, version: Version): WriteOp => ({
  kind: 'update',
  path: aliasPath(id),
  data: { changedAt: absent(), movedTo: absent(), ...data },
  version,
});

/** All definitions of attributes are one document: one read, and an order to changes. */
export const ATTRIBUTES_PATH = 'settings/attributes';
interface AttributeSettings {
  definitions: Record<string, AttributeDefinition>;
}

export const readAttributes = (transaction?: Transaction): Promise<Read<AttributeSettings>> =>
  read<AttributeSettings>(ATTRIBUTES_PATH, transaction);

export const writeAttributes = (data: AttributeSettings): WriteOp => ({
  kind: 'set',
  path: ATTRIBUTES_PATH,
  data,
});

export const segments = collection<Segment>('segments');

export const segmentPath = (id: string): string => `${segments.path}/${id}`;

export const readSegment = (id: string, transaction?: Transaction): Promise<Read<Segment>> =>
  read<Segment>(segmentPath(id), transaction);

export const writeSegment = (id: string, data: Segment): WriteOp => ({
  kind: 'set',
  path: segmentPath(id),
  data,
});

export const removeSegment = (id: string): WriteOp => ({ kind: 'delete', path: segmentPath(id) });

/** What a contact said about messages, wish by wish. */
export const consentEntries = (contactId: string) =>
  collection<ConsentEntry>(`${contactPath(contactId)}/consents`);

export const createEntry = (contactId: string, id: string, data: ConsentEntry): WriteOp => ({
  kind: 'create',
  path: `${contactPath(contactId)}/consents/${id}`,
  data,
});

/** Lets an alias lead to nobody; fails where it changed since `version`. */
export const releaseAlias = (id: string, version: Version): WriteOp => ({
  kind: 'update',
  path: aliasPath(id),
  data: { contactId: null, createdAt: now() },
  version,
});

/** With a version, only if it is still at it. */
export const deleteAlias = (id: string, version?: Version): WriteOp => ({
  kind: 'delete',
  path: aliasPath(id),
  ...(version ? { version } : {}),
});

export const deleteContact = (id: string): WriteOp => ({ kind: 'delete', path: contactPath(id) });

export const dismissals = collection<Dismissal>('duplicateDismissals');

/** The same for two contacts in either order. */
export const pairId = (a: string, b: string): string => [a, b].sort().join('_');

export const createDismissal = (id: string, data: Dismissal): WriteOp => ({
  kind: 'create',
  path: `${dismissals.path}/${id}`,
  data,
});
