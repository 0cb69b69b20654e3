import { batchGet } from '../batch/batchGet';
import { batchPages } from '../batch/batchPages';
import { batchQuery } from '../batch/batchQuery';
import { conditionsOf, matches, needsLastSeen } from '../contacts/filter';
import { countMatching, filterOf } from '../contacts/find';
import { contactPage, contactsById, contactsByPhone } from '../contacts/lookUp';
import type { Contact, ContactFilter } from '../contacts/schema';
import { lastInboundTimes } from '../conversations/lastSeen';
import { AppError } from '../shared/errors';
import { groupOf } from './callback';
import { totalsOf } from './progress';
import type { Audience, Campaign, Outcome, Recipient, RecipientOutcome } from './schema';
import {
  chunksOfCampaign,
  outcomesOfCampaign,
  rowsId,
  rowsOfCampaign,
  ROWS_PER_PART,
} from './store';

/** Somebody whom a campaign may be for; without a contact, a number that nobody wrote from yet. */
export interface Candidate {
  id: string;
  contact: Contact | undefined;
  phone?: string;
  /** The row's other columns. */
  row?: Record<string, string>;
}

export interface AudiencePage {
  candidates: Candidate[];
  /** How many were looked at; those who do not match are no candidates. */
  seen: number;
  /** Goes on after this page; null at the end. */
  cursor: string | null;
}

/**
 * A page of whom a campaign is for, from a cursor on. Within an audience nobody comes twice, but
 * for a list in which two numbers have become one contact's.
 *
 * @param limit how many are looked at, at most; of another campaign's recipients it may be more
 */
export async function audiencePage(
  campaignId: string,
  { audience, channelId }: Pick<Campaign, 'audience' | 'channelId'>,
  cursor: string | null,
  limit: number,
): Promise<AudiencePage> {
  switch (audience.kind) {
    case 'contacts':
      return pageOfContacts(audience.filter, channelId, cursor, limit);
    case 'segment':
      return pageOfContacts(await filterOf(audience), channelId, cursor, limit);
    case 'list':
      return pageOfList(campaignId, audience, cursor, limit);
    case 'campaign':
      return pageOfCampaign(audience.campaignId, audience.outcome, cursor);
  }
}

async function pageOfContacts(
  filter: ContactFilter,
  channelId: string,
  cursor: string | null,
  limit: number,
): Promise<AudiencePage> {
  const page = await contactPage(conditionsOf(filter).where, cursor, limit);
  const seenAt = needsLastSeen(filter)
    ? await lastInboundTimes(
        channelId,
        page.contacts.map(({ id }) => id),
      )
    : undefined;
  return {
    candidates: page.contacts.filter(({ id, contact }) =>
      matches(filter, contact, seenAt?.get(id)),
    ),
    seen: page.contacts.length,
    cursor: page.cursor,
  };
}

async function pageOfList(
  campaignId: string,
  { listId, columns, rows: total }: Extract<Audience, { kind: 'list' }>,
  cursor: string | null,
  limit: number,
): Promise<AudiencePage> {
  const from = Number(cursor ?? 0);
  const to = Math.min(from + limit, total);
  const firstPart = Math.floor(from / ROWS_PER_PART);
  const parts = Array.from(
    { length: Math.ceil(to / ROWS_PER_PART) - firstPart },
    (_, n) => firstPart + n,
  );
  const stored = await batchGet(
    rowsOfCampaign(campaignId),
    parts.map((part) => rowsId(listId, part)),
  );
  const rows = stored
    .flatMap(({ id, data }) => {
      if (!data) throw new Error(`${campaignId}: part ${id} of its list is missing`);
      return data.rows;
    })
    .slice(from - firstPart * ROWS_PER_PART, to - firstPart * ROWS_PER_PART);
  const found = await contactsByPhone(rows.map(({ phone }) => phone));
  return {
    candidates: found.map(({ id, contact }, index) => {
      const { phone, values } = rows[index] as (typeof rows)[number];
      const row = Object.fromEntries(columns.map((column, n) => [column, values[n] ?? '']));
      return { id, contact, phone, row };
    }),
    seen: rows.length,
    cursor: to < total ? String(to) : null,
  };
}

const CHUNKS_PER_PAGE = 5;

async function pageOfCampaign(
  sourceId: string,
  wanted: Outcome,
  cursor: string | null,
): Promise<AudiencePage> {
  const page = await batchQuery(chunksOfCampaign(sourceId), [{ where: [] }], {
    limit: CHUNKS_PER_PAGE,
    cursor,
  });
  const groups = await batchGet(
    outcomesOfCampaign(sourceId),
    page.items.map(({ id }) => groupOf(id)),
  );
  const chosen = page.items.flatMap(({ data }, index) =>
    Object.entries(data.recipients).filter(([id, recipient]) =>
      hasOutcome(wanted, recipient, groups[index]?.data?.recipients[id]),
    ),
  );
  const known = await contactsById(chosen.map(([id]) => id));
  const contacts = new Map(known.map(({ id, contact }) => [id, contact]));
  return {
    // Who is no contact still has the number that was written to.
    candidates: chosen.map(([id, { phone }]) => {
      const contact = contacts.get(id);
      return { id, contact, ...(contact || !phone ? {} : { phone }) };
    }),
    seen: page.items.reduce((sum, { data }) => sum + data.counts.recipients, 0),
    cursor: page.cursor,
  };
}

/** Whether a recipient's message went as wanted. What was never sent went no way at all. */
function hasOutcome(
  wanted: Outcome,
  { state }: Recipient,
  outcome: RecipientOutcome = {},
): boolean {
  const wasSent = state === 'accepted' || state === 'unknown' || state === 'claimed';
  const isRead = outcome.readAt !== undefined;
  const isDelivered = isRead || outcome.deliveredAt !== undefined;
  const hasReplied = outcome.repliedAt !== undefined;
  switch (wanted) {
    case 'delivered':
      return isDelivered;
    case 'notDelivered':
      return (wasSent || state === 'failed') && !isDelivered;
    case 'read':
      return isRead;
    case 'notRead':
      return wasSent && !isRead;
    case 'replied':
      return hasReplied;
    case 'notReplied':
      return wasSent && !hasReplied;
  }
}

/** How large the audience is, before the conditions that only a look at each one tells. */
export async function sizeOfAudience({ audience }: Pick<Campaign, 'audience'>): Promise<number> {
  switch (audience.kind) {
    case 'list':
      return audience.rows;
    case 'contacts':
      return (await countMatching(audience.filter)).count;
    case 'segment':
      return (await countMatching(await filterOf(audience))).count;
    case 'campaign':
      return (await totalsOf(audience.campaignId)).recipients;
  }
}

/** A campaign that is excluded whole has to fit into memory as ids. */
const MAX_EXCLUDED = 200_000;

/** The contacts whom campaigns were for. One read for every 500. */
export async function recipientsOf(campaignIds: readonly string[]): Promise<Set<string>> {
  const ids = new Set<string>();
  // eslint-disable-next-line recado/no-firestore-in-loops -- five at most, each page by page
  for (const campaignId of campaignIds) {
    for await (const found of contactIdPages(campaignId)) {
      for (const id of found) ids.add(id);
      if (ids.size > MAX_EXCLUDED) throw tooMany();
    }
  }
  return ids;
}

const tooMany = (): AppError =>
  new AppError(
    'failed-precondition',
    `The excluded campaigns have over ${MAX_EXCLUDED} recipients.`,
    { details: { reason: 'too-many-excluded', hint: 'Exclude by a tag instead.' } },
  );

/** The ids of the contacts in a campaign's chunks, page by page. */
export async function* contactIdPages(campaignId: string): AsyncGenerator<string[]> {
  const pages = batchPages(chunksOfCampaign(campaignId), [{ where: [] }], {
    fields: ['contactIds'],
    limit: 100,
  });
  for await (const { items } of pages) yield items.flatMap(({ data }) => data.contactIds);
}
