import { batchAggregation } from '../batch/batchAggregation';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import type { Totals } from './schema';
import { chunksOfCampaign, outcomesOfCampaign, updateCampaign } from './store';

/** A listener sees new totals this often while something happens. */
const REFRESH_MS = 5_000;
const refreshedAt = new Map<string, number>();

/** What a campaign's messages have come to, added up on the server: about five reads in all. */
export async function totalsOf(campaignId: string): Promise<Totals> {
  const [[sending], [outcomes]] = await Promise.all([
    batchAggregation(
      chunksOfCampaign(campaignId),
      [{ where: [], sum: CHUNK_FIELDS.map((field) => `counts.${field}`) }],
      { haveAllFields: true },
    ),
    batchAggregation(
      outcomesOfCampaign(campaignId),
      [{ where: [], sum: OUTCOME_FIELDS.map((field) => `counts.${field}`) }],
      { haveAllFields: true },
    ),
  ]);
  const of = (sums: Record<string, number> | undefined, field: string): number =>
    sums?.[`counts.${field}`] ?? 0;
  const failed = of(sending?.sum, 'failed') + of(outcomes?.sum, 'failed');
  return {
    recipients: of(sending?.sum, 'recipients'),
    accepted: of(sending?.sum, 'accepted'),
    skipped: of(sending?.sum, 'skipped'),
    unknown: of(sending?.sum, 'unknown'),
    failed,
    sent: of(outcomes?.sum, 'sent'),
    delivered: of(outcomes?.sum, 'delivered'),
    read: of(outcomes?.sum, 'read'),
    replied: of(outcomes?.sum, 'replied'),
    optedOut: of(outcomes?.sum, 'optedOut'),
  };
}

const CHUNK_FIELDS = ['recipients', 'accepted', 'failed', 'skipped', 'unknown'] as const;
const OUTCOME_FIELDS = ['sent', 'delivered', 'read', 'failed', 'replied', 'optedOut'] as const;

/** Shows the totals on the campaign, for listeners; every few seconds at most. */
export async function refreshTotals(campaignId: string, isForced = false): Promise<void> {
  if (!isForced && (refreshedAt.get(campaignId) ?? 0) > now() - REFRESH_MS) return;
  refreshedAt.set(campaignId, now());
  const totals = await totalsOf(campaignId);
  try {
    await commit([updateCampaign(campaignId, { totals, totalsAt: now() })]);
  } catch (error) {
    // Statuses may come of what was deleted meanwhile.
    if (!isConflict(error)) throw error;
  }
}
