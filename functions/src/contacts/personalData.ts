import { batchGet } from '../batch/batchGet';
import { batchQuery } from '../batch/batchQuery';
import { collection } from '../batch/collection';
import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import type { Erasure, PersonalData } from '../platform/personalData';
import type { Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Person } from '../shared/person';
import { aliasIds } from './rules';
import type { Alias, Contact, Erasing } from './schema';
import {
  contacts,
  deleteAlias,
  deleteContact,
  dismissals,
  releaseAlias,
  updateContact,
} from './store';

const aliases = collection<Alias>('identities');
const consentsOf = (contactId: string) => collection<object>(`contacts/${contactId}/consents`);

interface StoredContact {
  id: string;
  data: Contact;
  version: Version;
}

const isDefined = <T>(value: T | null | undefined): value is T => value != null;
const unique = (values: readonly (string | null | undefined)[]): string[] => [
  ...new Set(values.filter(isDefined).filter((value) => value !== '')),
];

/** Merges of merges; a longer row of them has no end. */
const MAX_MERGES = 20;

/** A contact with those that were merged with it, in whatever direction and however often. */
async function contactsOfPerson(contactId: string): Promise<StoredContact[]> {
  const found = new Map<string, StoredContact>();
  let wanted = [contactId];
  // eslint-disable-next-line recado/no-firestore-in-loops -- only merged ones ask again
  for (let n = 0; n < MAX_MERGES && wanted.length > 0; n++) {
    const [named, merged] = await Promise.all([
      batchGet(contacts, wanted),
      batchQuery(contacts, [{ where: [['mergedInto', 'in', wanted]] }]),
    ]);
    for (const { id, data, version } of [...named, ...merged.items]) {
      if (data) found.set(id, { id, data, version });
    }
    wanted = unique(
      [...found.values()].flatMap(({ data }) => [data.mergedInto, ...(data.mergedFrom ?? [])]),
    ).filter((id) => !found.has(id) && !wanted.includes(id));
  }
  return [...found.values()];
}

/**
 * Under which ids and names a contact's person is known; their conversations are told by who knows
 * them. Reads: the contacts, their aliases. Nobody where there is no such contact (any more).
 */
export async function personOf(contactId: string): Promise<Person | undefined> {
  const stored = await contactsOfPerson(contactId);
  if (!stored.some(({ id }) => id === contactId)) return undefined;
  const ids = stored.map(({ id }) => id);
  const known = await batchQuery(aliases, [{ where: [['contactId', 'in', ids]] }]);
  const data = stored.map((contact) => contact.data);
  const named = data.flatMap(({ phone, bsuid, parentBsuid, username }) =>
    aliasIds({
      ...(phone ? { phone } : {}),
      ...(bsuid ? { bsuid } : {}),
      ...(parentBsuid ? { parentBsuid } : {}),
      ...(username ? { username } : {}),
    }),
  );
  const begun = data.flatMap(({ erasing }) => erasing ?? []);
  return {
    contactIds: ids,
    aliasIds: unique([
      ...known.items.map(({ id }) => id),
      ...named,
      ...begun.flatMap((erasing) => erasing.aliasIds),
    ]),
    conversationIds: unique(begun.flatMap((erasing) => erasing.conversationIds)),
    phones: unique(data.map(({ phone }) => phone)),
    bsuids: unique(data.flatMap((contact) => [contact.bsuid, contact.parentBsuid])),
    usernames: unique(data.map(({ username }) => username)),
    names: unique(data.map(({ name }) => name)),
  };
}

export const noContact = (): AppError =>
  new AppError('not-found', 'There is no such contact, or not any more.', {
    details: { reason: 'contact' },
  });

/** A contact, and whether any job has begun to erase it. */
export interface Erasable {
  contactId: string;
  version: Version;
  begun: Erasing | undefined;
}

/** Looks at a contact that is to be erased; there may be no such contact (any more). */
export async function findErasable(contactId: string): Promise<Erasable | undefined> {
  const [contact] = await batchGet(contacts, [contactId]);
  if (!contact?.data) return undefined;
  return { contactId, version: contact.version, begun: contact.data.erasing };
}

/**
 * The writes that end all that could find a person: their names lead to nobody, so whoever writes
 * under one is a new person; campaigns leave the contact out. What they were known by stays with the
 * contact until the end, so that an erasure that died can be begun again.
 *
 * @param seen the contact by which it was decided; they fail where it has changed since, so of two
 *   jobs only one begins
 */
export async function releasePerson(
  { contactIds, aliasIds: ids, conversationIds }: Person,
  begin: Pick<Erasing, 'jobId' | 'anonymousId' | 'at'>,
  seen: Erasable,
): Promise<WriteOp[]> {
  const erasing: Erasing = { ...begin, aliasIds: ids, conversationIds };
  const [stored, known] = await Promise.all([
    batchGet(
      contacts,
      contactIds.filter((id) => id !== seen.contactId),
    ),
    batchGet(aliases, ids),
  ]);
  const fields = { isActive: false, erasing, updatedAt: now() };
  return [
    updateContact(seen.contactId, fields, seen.version),
    ...stored.flatMap(({ id, data, version }) =>
      data ? [updateContact(id, fields, version)] : [],
    ),
    ...known.flatMap(({ id, data, version }) =>
      data && contactIds.includes(data.contactId ?? '') ? [releaseAlias(id, version)] : [],
    ),
  ];
}

/**
 * The writes that end an erasure: the contacts go, and names that still lead to nobody. One that a
 * new person has taken since is theirs.
 */
export async function removePerson({ contactIds, aliasIds: ids }: Person): Promise<Erasure> {
  const known = await batchGet(aliases, ids);
  const free = known.flatMap(({ id, data, version }) =>
    data?.contactId === null ? [deleteAlias(id, version)] : [],
  );
  return {
    writes: [...contactIds.map(deleteContact), ...free],
    erased: { contacts: contactIds.length, identities: free.length },
    cursor: null,
  };
}

const PAGE = 300;

/** The contacts themselves, and under which names they are found. */
export const contactData: Pick<PersonalData, 'page'> = {
  async page({ contactIds }) {
    const found = await batchGet(contacts, contactIds);
    return { items: found.map(({ id, data }) => ({ id, ...data })), cursor: null };
  },
};

/** What they said about messages: kept below each contact. */
export const consentData: PersonalData = {
  async page({ contactIds }, cursor) {
    const place = placeOf(cursor);
    const contactId = contactIds[place.contact];
    if (contactId === undefined) return { items: [], cursor: null };
    const page = await batchQuery(consentsOf(contactId), [{ where: [] }], {
      limit: PAGE,
      cursor: place.cursor,
    });
    return {
      items: page.items.map(({ id, data }) => ({ id, contactId, ...data })),
      cursor: nextPlace(place, page.cursor, contactIds.length),
    };
  },
  async erase({ contactIds }, _, cursor) {
    const place = placeOf(cursor);
    const contactId = contactIds[place.contact];
    if (contactId === undefined) return { writes: [], erased: {}, cursor: null };
    const { items } = await batchQuery(consentsOf(contactId), [{ where: [] }], { limit: PAGE });
    return {
      writes: items.map(({ id }) => ({
        kind: 'delete',
        path: `${consentsOf(contactId).path}/${id}`,
      })),
      erased: items.length > 0 ? { consents: items.length } : {},
      cursor: items.length === PAGE ? cursor : nextPlace(place, null, contactIds.length),
    };
  },
};

/** That somebody said two contacts are not one person. */
export const dismissalData: Pick<PersonalData, 'erase'> = {
  async erase({ contactIds }) {
    const { items } = await batchQuery(
      dismissals,
      [{ where: [['contactIds', 'array-contains-any', contactIds]] }],
      { limit: PAGE, fields: ['at'] },
    );
    return {
      writes: items.map(({ id }) => ({ kind: 'delete', path: `${dismissals.path}/${id}` })),
      erased: items.length > 0 ? { duplicateDismissals: items.length } : {},
      // Those that are gone are not found again.
      cursor: items.length === PAGE ? 'more' : null,
    };
  },
};

interface Place {
  /** Which of the contacts. */
  contact: number;
  cursor: string | null;
}

const placeOf = (cursor: string | null): Place =>
  cursor === null ? { contact: 0, cursor: null } : (JSON.parse(cursor) as Place);

function nextPlace({ contact }: Place, cursor: string | null, count: number): string | null {
  if (cursor !== null) return JSON.stringify({ contact, cursor });
  return contact + 1 < count ? JSON.stringify({ contact: contact + 1, cursor: null }) : null;
}
