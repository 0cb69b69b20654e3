import { batchGet } from '../batch/batchGet';
import { batchPages } from '../batch/batchPages';
import { batchQuery } from '../batch/batchQuery';
import type { QuerySpec } from '../batch/querySpec';
import { collection } from '../batch/collection';
import { aliasIds } from './rules';
import type { Alias, ConsentCategory, Contact } from './schema';
import { contacts } from './store';

/** A contact with its id. */
export interface KnownContact {
  id: string;
  contact: Contact;
}

const aliases = collection<Alias>('identities');

/** A page of the contacts that fulfil a condition, in the order of ids. One read each. */
export async function contactPage(
  where: QuerySpec['where'],
  cursor: string | null,
  limit: number,
): Promise<{ contacts: KnownContact[]; cursor: string | null }> {
  const page = await batchQuery(contacts, [{ where }], { cursor, limit });
  return {
    contacts: page.items.map(({ id, data }) => ({ id, contact: data })),
    cursor: page.cursor,
  };
}

/** Contacts by id; missing ones are left out. */
export async function contactsById(ids: readonly string[]): Promise<KnownContact[]> {
  const found = await batchGet(contacts, ids);
  return found.flatMap(({ id, data }) => (data ? [{ id, contact: data }] : []));
}

/**
 * Whose numbers these are. Somebody who is no contact yet has the id that their first message
 * would give them. One read where the number is the contact's first alias, which is the usual
 * case; else the alias and its contact too.
 */
export async function contactsByPhone(
  phones: readonly string[],
): Promise<{ id: string; contact: Contact | undefined }[]> {
  const guesses = phones.map((phone) => aliasIds({ phone })[0] as string);
  const guessed = await batchGet(contacts, guesses);
  const open = guessed.flatMap(({ data }, index) =>
    data?.phone === phones[index] ? [] : [guesses[index] as string],
  );
  const found = await batchGet(aliases, open);
  const owners = new Map(found.map(({ id, data }) => [id, data?.contactId ?? undefined]));
  const others = await batchGet(
    contacts,
    [...owners.values()].filter((id) => id !== undefined),
  );
  const byId = new Map(others.map(({ id, data }) => [id, data]));
  return guessed.map(({ data, id }, index) => {
    if (data?.phone === phones[index]) return { id, contact: data };
    const owner = owners.get(id);
    return owner === undefined
      ? { id, contact: undefined }
      : { id: owner, contact: byId.get(owner) };
  });
}

/**
 * Who refused messages of a category since a time (of recording it), with that time; whoever was
 * merged by each of the ids. One read each.
 */
export async function refusedSince(
  category: ConsentCategory,
  since: number,
): Promise<{ id: string; at: number }[]> {
  const field = `consents.${category}.outRecordedAt`;
  const result: { id: string; at: number }[] = [];
  const pages = batchPages(contacts, [{ where: [[field, '>=', since]] }], {
    orderBy: [[field, 'asc']],
    fields: ['mergedFrom'],
  });
  for await (const { items } of pages) {
    for (const { id, data } of items) {
      const at = data.consents[category]?.outRecordedAt;
      if (at === undefined) continue;
      for (const name of [id, ...(data.mergedFrom ?? [])]) result.push({ id: name, at });
    }
  }
  return result;
}
