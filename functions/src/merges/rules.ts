import { isDeepStrictEqual } from 'node:util';
import type { Consent, ConsentCategory, Contact } from '../contacts/schema';
import type { Conversation } from '../conversations/schema';

const joined = <T>(a: readonly T[], b: readonly T[]): T[] => [...new Set([...a, ...b])];

/**
 * What two contacts are as one. The winner's word stands, the loser fills what it leaves open; tags
 * are put together; of two wishes the later one holds, and a refusal where both were told at once.
 */
export function mergedContact(
  winner: Contact,
  loser: Contact,
  loserId: string,
  recordedAt: number,
): Contact {
  return {
    ...winner,
    name: winner.name ?? loser.name,
    phone: winner.phone ?? loser.phone,
    bsuid: winner.bsuid ?? loser.bsuid,
    ...(winner.parentBsuid || loser.parentBsuid
      ? { parentBsuid: winner.parentBsuid ?? loser.parentBsuid ?? null }
      : {}),
    username: winner.username ?? loser.username,
    tags: joined(winner.tags, loser.tags),
    attributes: { ...loser.attributes, ...winner.attributes },
    consents: mergedConsents(winner, loser, recordedAt),
    userId: winner.userId ?? loser.userId,
    isActive: winner.isActive,
    // Who is not to be written to is not, by whatever name.
    isBlocked: winner.isBlocked || loser.isBlocked,
    ...(loser.isBlocked && !winner.isBlocked ? { blockedAt: recordedAt } : {}),
    mergedFrom: joined(winner.mergedFrom ?? [], [loserId, ...(loser.mergedFrom ?? [])]),
    createdAt: Math.min(winner.createdAt, loser.createdAt),
    updatedAt: recordedAt,
  };
}

const CATEGORIES = ['marketing', 'utility', 'authentication', 'service'] as const;

function mergedConsents(winner: Contact, loser: Contact, recordedAt: number): Contact['consents'] {
  const consents: Partial<Record<ConsentCategory, Consent>> = {};
  for (const category of CATEGORIES) {
    const own = consentIn(winner, category);
    const other = consentIn(loser, category);
    const later = laterOf(own, other);
    if (!later) continue;
    // Campaigns that are under way ask for refusals by when they were recorded.
    const isNews = later.state === 'out' && !(own?.state === 'out' && other?.state === 'out');
    consents[category] = isNews ? { ...later, outRecordedAt: recordedAt } : later;
  }
  return consents;
}

/** An earlier form of wishes is put into the new one. */
function consentIn({ consents, optOut }: Contact, category: ConsentCategory): Consent | undefined {
  const known = consents[category];
  if (known || category !== 'marketing' || !optOut) return known;
  return { ...optOut, state: 'out', proof: null, outRecordedAt: optOut.recordedAt };
}

function laterOf(a: Consent | undefined, b: Consent | undefined): Consent | undefined {
  if (!a || !b) return a ?? b;
  if (a.at === b.at) return b.state === 'out' ? b : a;
  return a.at > b.at ? a : b;
}

/** What stays in a merged contact's place: nothing that a list or a campaign would find. */
export const tombstone = (
  winnerId: string,
  loser: Contact,
  at: number,
): Omit<Contact, 'search'> => ({
  ...{ name: null, phone: null, bsuid: null, username: null, userId: null },
  ...{ tags: [], attributes: {}, consents: {}, isActive: false, isBlocked: false },
  mergedInto: winnerId,
  createdAt: loser.createdAt,
  updatedAt: at,
});

/** Two conversations over one channel as one. */
export function mergedConversation(
  winner: Conversation,
  loser: Conversation,
  loserId: string,
): Conversation {
  const newer = loser.lastMessageAt > winner.lastMessageAt ? loser : winner;
  const wroteLast = (loser.lastInboundAt ?? 0) > (winner.lastInboundAt ?? 0) ? loser : winner;
  const isOpen = winner.status === 'open' || loser.status === 'open';
  return {
    ...winner,
    contactName: winner.contactName ?? loser.contactName,
    // Replies go to where the customer wrote from last.
    address: { ...loser.address, ...winner.address, ...wroteLast.address },
    ...(isOpen ? { status: 'open', snoozedUntil: null } : {}),
    participants: joined(winner.participants, loser.participants),
    assigneeId: winner.assigneeId ?? loser.assigneeId,
    isBlocked: (winner.isBlocked ?? false) || (loser.isBlocked ?? false),
    labels: joined(winner.labels, loser.labels),
    unreadCount: winner.unreadCount + loser.unreadCount,
    lastMessage: newer.lastMessage,
    lastMessageAt: newer.lastMessageAt,
    lastInboundAt: wroteLast.lastInboundAt,
    lastInboundWamid: wroteLast.lastInboundWamid,
    createdAt: Math.min(winner.createdAt, loser.createdAt),
    mergedFrom: joined(winner.mergedFrom ?? [], [loserId, ...(loser.mergedFrom ?? [])]),
  };
}

type Fields = Record<string, unknown>;

/**
 * What a document becomes when a merge is undone: each field is again what it was before, unless
 * it changed since. Of lists, what the merge added goes; of maps, each entry is looked at by itself.
 *
 * @returns the fields that change; undefined: the field goes
 */
export function undone(before: object, after: object, now: object): Fields {
  const [was, became, is] = [before, after, now] as [Fields, Fields, Fields];
  const change: Fields = {};
  for (const name of new Set([...Object.keys(was), ...Object.keys(became)])) {
    const value = undoneValue(was[name], became[name], is[name]);
    if (!isDeepStrictEqual(value, is[name])) change[name] = value;
  }
  return change;
}

function undoneValue(was: unknown, became: unknown, is: unknown): unknown {
  if (isDeepStrictEqual(is, became)) return was;
  if (Array.isArray(became) && Array.isArray(is)) {
    const old: unknown[] = Array.isArray(was) ? was : [];
    const added = became.filter((item) => !old.includes(item));
    return is.filter((item) => !added.includes(item));
  }
  if (!isMap(became) || !isMap(is)) return is;
  const old = isMap(was) ? was : {};
  const change = undone(old, became, is);
  return Object.fromEntries(
    Object.entries({ ...is, ...change }).filter(([, value]) => value !== undefined),
  );
}

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
