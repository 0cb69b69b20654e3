import { batchGet } from '../batch/batchGet';
import { batchQuery } from '../batch/batchQuery';
import { toCsv } from './csv';
import { groupOf } from './callback';
import { notFound } from './known';
import type { Campaign, Chunk, Recipient, RecipientOutcome } from './schema';
import { campaignSnapshot, chunksOfCampaign, outcomesOfCampaign } from './store';

/** What became of one recipient's message. */
export interface ReportRow {
  contactId: string;
  phone: string | null;
  name: string | null;
  state:
    | 'waiting'
    | 'sending'
    | 'accepted'
    | 'sent'
    | 'delivered'
    | 'read'
    | 'failed'
    | 'skipped'
    | 'unknown'
    | 'cancelled';
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

/** Chunks a page: 2,500 recipients, whose outcomes are one document. */
const CHUNKS = 5;

/** A page of what became of each recipient. A read for every 400 recipients or so. */
export async function report({
  campaignId,
  cursor,
  format,
}: {
  campaignId: string;
  cursor?: string | undefined;
  format: 'json' | 'csv';
}): Promise<ReportPage> {
  const { data: campaign } = await campaignSnapshot(campaignId);
  if (!campaign) throw notFound();
  const page = await batchQuery(chunksOfCampaign(campaignId), [{ where: [] }], {
    limit: CHUNKS,
    cursor: cursor ?? null,
  });
  const groups = await batchGet(outcomesOfCampaign(campaignId), [
    ...new Set(page.items.map(({ id }) => groupOf(id))),
  ]);
  const outcomes = new Map(groups.map(({ id, data }) => [id, data]));
  const rows = page.items.flatMap(({ id, data }) =>
    rowsOf(campaign, data, outcomes.get(groupOf(id))?.recipients ?? {}),
  );
  return {
    campaignId,
    status: campaign.status,
    totals: campaign.totals,
    excluded: campaign.excluded,
    ...(format === 'csv' ? { csv: toCsv(rows, cursor === undefined) } : { rows }),
    nextCursor: page.cursor,
  };
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

/** The furthest that is known of a message. */
export function stateOf(
  { status }: Pick<Campaign, 'status'>,
  { state }: Recipient,
  outcome: RecipientOutcome = {},
): ReportRow['state'] {
  if (outcome.readAt !== undefined) return 'read';
  if (outcome.deliveredAt !== undefined) return 'delivered';
  if (outcome.failedAt !== undefined) return 'failed';
  if (outcome.sentAt !== undefined) return 'sent';
  switch (state) {
    case undefined:
      return status === 'cancelled' ? 'cancelled' : 'waiting';
    case 'claimed':
      return 'sending';
    default:
      return state;
  }
}
