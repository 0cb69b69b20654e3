import { batchAggregation } from '../batch/batchAggregation';
import { batchCleanup, type CleanupReport } from '../batch/batchCleanup';
import type { CleanupLimits } from '../batch/cleanupLimits';
import { batchDelete } from '../batch/batchDelete';
import { batchPages } from '../batch/batchPages';
import { batchQuery } from '../batch/batchQuery';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { campaigns, rowsOfCampaign, updateCampaign } from './store';

/**
 * Deletes campaigns that ended before a time, with their lists, recipients and outcomes.
 */
export const removeCampaigns = (before: number, limits: CleanupLimits): Promise<CleanupReport> =>
  batchCleanup(
    campaigns,
    { where: [['completedAt', '<', before]] },
    {
      name: 'retention-campaigns',
      subcollections: ['chunks', 'outcomes', 'rows', 'jobs'],
      ...limits,
    },
  );

/** Campaigns a page, and parts of a list, of up to half a megabyte, of which only ids are read. */
const PAGE = 100;
/** Parts that a run deletes, at most: some millions of rows. */
const MAX_PARTS = 50_000;

/**
 * Deletes the lists of campaigns that ended before a time; recipients and outcomes stay. The oldest
 * first, each with a note of when, by which the next call finds where it goes on. One read and one
 * write a campaign, and one read and deletion for 500 rows.
 *
 * @returns how many parts of lists
 */
export async function removeLists(
  before: number,
  { deadline, dryRun }: CleanupLimits,
): Promise<{ deleted: number }> {
  const done = await batchQuery(campaigns, [{ where: [['listRemovedAt', '>', 0]] }], {
    orderBy: [['listRemovedAt', 'desc']],
    fields: ['completedAt'],
    limit: 1,
  });
  const from = done.items[0]?.data.completedAt ?? 0;
  const where = [['completedAt', '>=', from] as const, ['completedAt', '<', before] as const];
  const pages = batchPages(campaigns, [{ where }], { fields: ['listRemovedAt'], limit: PAGE });
  let deleted = 0;
  for await (const { items } of pages) {
    // eslint-disable-next-line recado/no-firestore-in-loops -- one after the other: the notes are in their order
    for (const { id, data, version } of items) {
      if (now() > deadline || deleted >= MAX_PARTS) return { deleted };
      if (data.listRemovedAt !== undefined) continue;
      if (dryRun) {
        deleted +=
          (await batchAggregation(rowsOfCampaign(id), [{ where: [], count: true }]))[0]?.count ?? 0;
        continue;
      }
      deleted += await removeRows(id);
      // One that was opened again meanwhile is left: it comes again when it has ended.
      await commit([updateCampaign(id, { listRemovedAt: now() }, version)]).catch(passOver);
    }
  }
  return { deleted };
}

function passOver(error: unknown): void {
  if (!isConflict(error)) throw error;
}

async function removeRows(campaignId: string): Promise<number> {
  const rows = rowsOfCampaign(campaignId);
  let removed = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  for await (const { items } of batchPages(rows, [{ where: [] }], { fields: ['listId'] })) {
    const report = await batchDelete(
      rows,
      items.map(({ id }) => id),
    );
    removed += throwIfFailed(report).ok;
  }
  return removed;
}
