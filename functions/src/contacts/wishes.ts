import { batchGet } from '../batch/batchGet';
import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import type { Version } from '../platform/firestore';
import { mapConcurrently } from '../shared/async';
import { after, consentOf, entryId, type Wish } from './consent';
import { currentContacts } from './current';
import { resolveContact } from './identify';
import { aliasIds } from './rules';
import type { Consent, ConsentCategory, Contact, Identity } from './schema';
import { consentEntries, createEntry, updateContact } from './store';

/** What somebody wishes. */
export interface ToldWish {
  /** Whose wish it is; absent: whoever has the identity. */
  contactId?: string;
  /** Where this is given, a person who is no contact yet becomes one: no wish is lost. */
  identity?: Identity;
  wish: Wish;
}

/** What a message says of its recipient that failed because they refuse offers. */
export const refusalOfOffers = (contactId: string, at: number, proof: string): ToldWish => ({
  contactId,
  wish: { category: 'marketing', state: 'out', at, source: 'delivery', proof },
});

/** A contact whose wishes are recorded. */
interface Recipient {
  id: string;
  contact: Contact | undefined;
  version: Version | undefined;
  /** What makes the contact, where there is none yet. */
  writes: WriteOp[];
}

const CONCURRENCY = 16;
/** Each round needs another's success to fail. */
const MAX_ROUNDS = 20;

/**
 * Records wishes: what holds now in the contact, and each of them in its history, in one commit.
 * Of two wishes the later one holds, whichever is recorded first; recorded twice they are there
 * once. Of a contact that is gone nothing is recorded. A read and two writes each.
 */
export async function recordWishes(told: readonly ToldWish[]): Promise<void> {
  let open = [...told];
  // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what the last try found
  for (let round = 1; open.length > 0; round++) {
    if (round > MAX_ROUNDS) throw new Error('wishes could not be recorded: others change them');
    const groups = await grouped(open);
    const known = round === 1 ? new Set<string>() : await knownEntries(groups);
    const plans = groups.map(({ to, wishes }) =>
      wishWrites(
        to,
        wishes.map(({ wish }) => wish).filter((wish) => !known.has(entryId(to.id, wish))),
      ),
    );
    const due = groups.filter((_, index) => plans[index]?.length);
    const outcomes = await commitGroups(plans.filter((writes) => writes.length > 0));
    open = due.filter((_, index) => !outcomes[index]?.ok).flatMap(({ wishes }) => wishes);
  }
}

interface Group {
  to: Recipient;
  wishes: ToldWish[];
}

/** Wishes by the contact that they are of. */
async function grouped(told: readonly ToldWish[]): Promise<Group[]> {
  const byId = await currentContacts(told.flatMap(({ contactId }) => contactId ?? []));
  const found = byId.values();
  // eslint-disable-next-line recado/no-firestore-in-loops -- only those who are known by an identity alone are looked up, in two steps each
  const recipients = await mapConcurrently(told, CONCURRENCY, async ({ contactId, identity }) => {
    const known = contactId === undefined ? undefined : found.next().value;
    if (known?.data) {
      return { id: known.id, contact: known.data, version: known.version, writes: [] };
    }
    return identity && aliasIds(identity).length > 0 ? recipientOf(identity) : undefined;
  });
  const groups = new Map<string, Group>();
  for (const [index, to] of recipients.entries()) {
    if (!to) continue;
    const group = groups.get(to.id) ?? { to, wishes: [] };
    const one = told[index] as ToldWish;
    // Told twice in a webhook it is one wish.
    const isKnown = group.wishes.some(
      ({ wish }) => entryId(to.id, wish) === entryId(to.id, one.wish),
    );
    if (!isKnown) group.wishes.push(one);
    groups.set(to.id, group);
  }
  return [...groups.values()];
}

async function recipientOf(identity: Identity): Promise<Recipient> {
  const { contactId, isNew, writes } = await resolveContact(identity);
  if (isNew) return { id: contactId, contact: undefined, version: undefined, writes };
  const [known] = await currentContacts([contactId]);
  return { id: contactId, contact: known?.data, version: known?.version, writes: [] };
}

async function knownEntries(groups: readonly Group[]): Promise<Set<string>> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- only after a conflict; each contact has a history of its own
  const found = await mapConcurrently(groups, CONCURRENCY, ({ to, wishes }) =>
    batchGet(
      consentEntries(to.id),
      wishes.map(({ wish }) => entryId(to.id, wish)),
    ),
  );
  return new Set(found.flat().flatMap(({ id, data }) => (data ? [id] : [])));
}

/**
 * The writes that record wishes of one contact, as it was read: they fail as a conflict when it
 * changed since, or one of them is recorded already. None where the contact says the same already.
 */
export function wishWrites(
  { id, contact, version, writes: before }: Recipient,
  wishes: readonly Wish[],
): WriteOp[] {
  const at = now();
  const news = new Map<ConsentCategory, Consent>();
  const entries: WriteOp[] = [];
  for (const wish of wishes) {
    const { category, state, source, proof, userId = null } = wish;
    const known = news.get(category) ?? (contact && consentOf(contact, category));
    if (known && isSame(known, wish)) continue;
    const holds = after(known, wish, at);
    if (holds) news.set(category, holds);
    entries.push(
      createEntry(id, entryId(id, wish), {
        ...{ category, state, at: wish.at, recordedAt: at, source, proof, userId },
      }),
    );
  }
  if (entries.length === 0) return [];
  const fields = Object.fromEntries(
    [...news].map(([category, consent]) => [`consents.${category}`, consent]),
  );
  return [
    ...before,
    ...(news.size > 0 ? [updateContact(id, { ...fields, updatedAt: at }, version)] : []),
    ...entries,
  ];
}

const isSame = (known: Consent, { state, at, source, proof }: Wish): boolean =>
  known.state === state && known.at === at && known.source === source && known.proof === proof;
