import { now } from '../platform/clock';
import type { Read, Transaction } from '../platform/firestore';
import type { AliasKind } from './rules';
import type { Alias, Contact } from './schema';
import { readAliases, readContacts } from './store';

/** An alias as it is stored, and the contact that it leads to. */
export interface FoundAlias {
  kind: AliasKind;
  id: string;
  alias: Read<Alias>;
  owner: (Read<Contact> & { data: Contact }) | undefined;
}

/**
 * So long after its owner changed it, an alias still leads to them: WhatsApp delivers for a week,
 * and no number is given to somebody else as soon.
 */
const MOVED_MS = 8 * 24 * 60 * 60_000;
/** A person who changes the number more often within a week is not followed to the end. */
const MAX_STEPS = 10;

/** Reads aliases and the contacts that they lead to: through changes of number, and merges. */
export async function findAliases(
  wanted: readonly { kind: AliasKind; id: string }[],
  transaction?: Transaction,
): Promise<FoundAlias[]> {
  const stored = await readAliases(
    wanted.map(({ id }) => id),
    transaction,
  );
  const ends = await followed(stored, transaction);
  const owners = await ownersOf(ends, transaction);
  return wanted.map(({ kind, id }, index) => ({
    kind,
    id,
    alias: stored[index] as Read<Alias>,
    owner: owners.get(ends[index] ?? ''),
  }));
}

/** The ids of the contacts to which aliases lead in the end. */
async function followed(
  stored: readonly Read<Alias>[],
  transaction?: Transaction,
): Promise<(string | null)[]> {
  const current = stored.map(({ data }) => data);
  const nextOf = (alias: Alias | undefined): string | undefined =>
    alias?.contactId === null && alias.createdAt > now() - MOVED_MS ? alias.movedTo : undefined;
  // eslint-disable-next-line recado/no-firestore-in-loops -- only those that were changed lately ask again
  for (let step = 0; step < MAX_STEPS; step++) {
    const moved = current.flatMap((alias, index) => {
      const to = nextOf(alias);
      return to === undefined ? [] : [{ index, to }];
    });
    if (moved.length === 0) break;
    const next = await readAliases(
      moved.map(({ to }) => to),
      transaction,
    );
    for (const [n, { index }] of moved.entries()) current[index] = next[n]?.data;
  }
  return current.map((alias) => alias?.contactId ?? null);
}

/** Contacts by the ids that were asked for; of merged ones, those that they were merged into. */
async function ownersOf(
  ids: readonly (string | null)[],
  transaction?: Transaction,
): Promise<Map<string, FoundAlias['owner']>> {
  const at = new Map(ids.flatMap((id) => (id === null ? [] : [[id, id] as const])));
  const read = new Map<string, Read<Contact>>();
  // eslint-disable-next-line recado/no-firestore-in-loops -- only merged ones ask again
  for (let step = 0; step < MAX_STEPS; step++) {
    const missing = [...new Set(at.values())].filter((id) => !read.has(id));
    if (missing.length === 0) break;
    for (const contact of await readContacts(missing, transaction)) read.set(contact.id, contact);
    for (const [from, id] of at) at.set(from, read.get(id)?.data?.mergedInto ?? id);
  }
  return new Map(
    [...at].map(([from, id]) => {
      const contact = read.get(id);
      return [from, contact?.data ? { ...contact, data: contact.data } : undefined];
    }),
  );
}
