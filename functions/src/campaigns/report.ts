import { auditWrite } from '../audit/record';
import { batchGet } from '../batch/batchGet';
import { batchQuery } from '../batch/batchQuery';
import { commit } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { toCsv } from './csv';
import { notFound } from './known';
import { stateOf, type RecipientState } from './recipientState';
import type { Campaign, Chunk, RecipientOutcome } from './schema';
import { campaignSnapshot, chunksOfCampaign, outcomesOfCampaign } from './store';

/** What became of one recipient's message. */
export interface ReportRow {
  contactId: string;
  phone: string | null;
  name: string | null;
  state: RecipientState;
  sentAt: number | null;
  deliveredAt: number | null;
  readAt: number | null;
  failedAt: number | null;
  repliedAt: number | null;
  optedOutAt: number | null;
  code: number | null;
  reason: string | null;
}

export interface ReportPage {
  campaignId: string;
  status: Campaign['status'];
  totals: Campaign['totals'];
  excluded: Campaign['excluded'];
  rows?: ReportRow[];
  csv?: string;
  /** Goes on after this page; null at the end. */
  nextCursor: string | null;
}

const PAGE = 50;

interface ReportQuery {
  campaignId: string;
  cursor?: string | undefined;
  format: 'json' | 'csv';
}

/** A page of a report for a member; that they asked for it is recorded with the first page. */
export async function reportFor(member: Member, query: ReportQuery): Promise<ReportPage> {
  const { campaignId, cursor, format } = query;
  const page = await report(query);
  if (cursor === undefined) {
    await commit([
      auditWrite(member.uid, 'campaigns.report', `campaigns/${campaignId}`, { format }),
    ]);
  }
  return page;
}

/**
 * A page of what became of each recipient: those of a group, up to 3,000. Each chunk and the
 * group's outcomes are one read.
 */
export async function report({ campaignId, cursor, format }: ReportQuery): Promise<ReportPage> {
  const { data: campaign } = await campaignSnapshot(campaignId);
  if (!campaign) throw notFound();
  const group = parseCursor(cursor);
  const [{ items }, [outcomes]] = await Promise.all([
    batchQuery(chunksOfCampaign(campaignId), [{ where: [['group', '==', String(group)]] }], {
      limit: PAGE,
    }),
    batchGet(outcomesOfCampaign(campaignId), [String(group)]),
  ]);
  const rows = items.flatMap(({ data }) =>
    rowsOf(campaign, data, outcomes?.data?.recipients ?? {}),
  );
  return {
    campaignId,
    status: campaign.status,
    totals: campaign.totals,
    excluded: campaign.excluded,
    ...(format === 'csv' ? { csv: toCsv(rows, cursor === undefined) } : { rows }),
    nextCursor: group + 1 < campaign.groups ? String(group + 1) : null,
  };
}

function parseCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (/^\d{1,6}$/.test(cursor)) return Number(cursor);
  throw new AppError('invalid-argument', 'The cursor is not one that a report gave.', {
    details: { field: 'cursor' },
  });
}

const rowsOf = (
  campaign: Campaign,
  chunk: Chunk,
  outcomes: Record<string, RecipientOutcome>,
): ReportRow[] =>
  Object.entries(chunk.recipients).map(([contactId, recipient]) => {
    const outcome = outcomes[contactId] ?? {};
    const hasFailed = recipient.state === 'failed';
    return {
      contactId,
      phone: recipient.phone ?? null,
      name: recipient.name ?? null,
      state: stateOf(campaign, recipient, outcome),
      sentAt: outcome.sentAt ?? (recipient.state === 'accepted' ? (recipient.at ?? null) : null),
      deliveredAt: outcome.deliveredAt ?? outcome.readAt ?? null,
      readAt: outcome.readAt ?? null,
      failedAt: outcome.failedAt ?? (hasFailed ? (recipient.at ?? null) : null),
      repliedAt: outcome.repliedAt ?? null,
      optedOutAt: outcome.optedOutAt ?? null,
      code: outcome.code ?? recipient.code ?? null,
      reason: recipient.reason ?? null,
    };
  });
