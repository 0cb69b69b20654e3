import { batchPages } from '../batch/batchPages';
import { batchQuery } from '../batch/batchQuery';
import { batchUpdate } from '../batch/batchUpdate';
import { throwIfFailed } from '../batch/report';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { fromVersion } from '../platform/firestore';
import { log } from '../platform/log';
import { attribute, ATTRIBUTION_MS } from './attribution';
import { refreshTotals } from './progress';
import type { Campaign } from './schema';
import { settleDoubts } from './settle';
import { enqueueExpansion, startLanes } from './start';
import {
  chunksOfCampaign,
  forgetCampaign,
  nextChunkDueAt,
  outcomesOfCampaign,
  readChunksInDoubt,
  readExpansion,
  readOpenCampaigns,
  updateCampaign,
  type Found,
} from './store';

/**
 * Looks after every open campaign, each minute: begins those whose time has come, goes on with what
 * stands still, decides tests, ends what is through, attributes replies. Each step is decided on
 * what is stored and written on the version that was read, so runs may overlap or die.
 */
export async function lookAfterCampaigns(): Promise<void> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- each is looked after by itself, so that none stops the others
  for (const campaign of await readOpenCampaigns()) {
    try {
      await lookAfter(campaign);
    } catch (error) {
      log.error('a campaign could not be looked after', { campaignId: campaign.id, error });
    }
  }
}

async function lookAfter(campaign: Found<Campaign>): Promise<void> {
  const { id, data } = campaign;
  switch (data.status) {
    case 'draft':
      return;
    case 'scheduled':
      if ((data.schedule.at ?? 0) <= now()) await begin(campaign);
      return;
    case 'running':
      await goOn(campaign);
      break;
    case 'paused':
    case 'cancelled':
    case 'completed':
      await settleAll(id);
      break;
  }
  const attributedUntil = await attribute(campaign);
  const isStale = data.totalsAt < now() - MAX_TOTALS_AGE_MS;
  if (attributedUntil !== undefined || data.status === 'running' || isStale) {
    await refreshTotals(id, true);
  }
  if (isOver(data)) await tryUpdate(campaign, { isOpen: false });
}

/** A run that died may have left the last totals unwritten. */
const MAX_TOTALS_AGE_MS = 10 * 60_000;

/** Replies to it are not waited for any longer. */
const isOver = ({ status, completedAt }: Campaign): boolean =>
  (status === 'completed' || status === 'cancelled') && (completedAt ?? 0) + ATTRIBUTION_MS < now();

/** Lets a scheduled campaign run. */
async function begin(campaign: Found<Campaign>): Promise<void> {
  if (await tryUpdate(campaign, { status: 'running', launchedAt: now() })) {
    await enqueueExpansion(campaign.id);
  }
}

async function goOn(campaign: Found<Campaign>): Promise<void> {
  const { id, data } = campaign;
  if (!data.isExpanded) {
    if (!(await isExpanding(campaign))) await enqueueExpansion(id);
    return;
  }
  const dueAt = await nextChunkDueAt(id);
  if (dueAt !== undefined) {
    // Chunks that are being worked on are due later; one that is due has nobody.
    if (dueAt <= now()) await startLanes(data.channelId);
    return;
  }
  if (data.abTest) {
    const winner = data.winner ?? (await decideTest(campaign));
    if (winner === undefined) return;
    if (await releaseRest(id, winner)) return startLanes(data.channelId);
  }
  await tryUpdate(campaign, { status: 'completed', isActive: false, completedAt: now() });
}

/** A step takes seconds, and Cloud Tasks repeats a run that failed. */
const MAX_STEP_MS = 30_000;

/** Whether a run may still be at it: a second one would read thousands of contacts in vain. */
async function isExpanding({ id, data }: Found<Campaign>): Promise<boolean> {
  const { version } = await readExpansion(id);
  const steppedAt = version ? fromVersion(version).toMillis() : 0;
  return Math.max(steppedAt, data.launchedAt ?? 0) > now() - MAX_STEP_MS;
}

const MAX_SETTLED = 50;

/** Ends the doubts of a campaign that is not sent any more. */
async function settleAll(campaignId: string): Promise<void> {
  const inDoubt = await readChunksInDoubt(campaignId, now(), MAX_SETTLED);
  // eslint-disable-next-line recado/no-firestore-in-loops -- only what a crash left, each on its versions
  await Promise.all(inDoubt.map(settleDoubts));
}

/** Chooses the better variant once the sample had its time; `undefined` before that. */
async function decideTest(campaign: Found<Campaign>): Promise<number | undefined> {
  const { id, data } = campaign;
  const { abTest } = data;
  const sample = await batchQuery(chunksOfCampaign(id), [{ where: [['variant', 'in', [0, 1]]] }], {
    fields: ['sentAt'],
  });
  const lastSentAt = Math.max(0, ...sample.items.map(({ data: chunk }) => chunk.sentAt ?? 0));
  if (!abTest || lastSentAt + abTest.waitMinutes * 60_000 > now()) return undefined;

  // eslint-disable-next-line recado/no-firestore-in-loops -- two
  const rates = await Promise.all([0, 1].map((variant) => rateOf(id, variant, abTest.metric)));
  const winner = (rates[1] ?? 0) > (rates[0] ?? 0) ? 1 : 0;
  // First of all, so that there is one decision, whoever acts on it.
  if (!(await tryUpdate(campaign, { winner }))) return undefined;
  log.info('a test is decided', { campaignId: id, winner, rates });
  return winner;
}

/** Lets the rest of a test's audience go out with the better variant; tells whether any was left. */
async function releaseRest(id: string, winner: number): Promise<boolean> {
  const rest = batchPages(chunksOfCampaign(id), [{ where: [['variant', '==', null]] }], {
    fields: ['sendAt'],
    limit: 500,
  });
  let hasRest = false;
  // eslint-disable-next-line recado/no-firestore-in-loops -- 500 at once
  for await (const { items } of rest) {
    hasRest ||= items.length > 0;
    throwIfFailed(
      await batchUpdate(
        chunksOfCampaign(id),
        items.map(({ id: chunkId, data: { sendAt } }) => ({
          kind: 'update' as const,
          id: chunkId,
          data: { variant: winner, dueAt: Math.max(sendAt, now()) },
        })),
      ),
    );
  }
  return hasRest;
}

/** The share of a variant's messages that were read, or replied to. */
async function rateOf(id: string, variant: number, metric: 'read' | 'replied'): Promise<number> {
  const page = await batchQuery(outcomesOfCampaign(id), [{ where: [['variant', '==', variant]] }], {
    fields: ['counts'],
  });
  const sum = (field: 'sent' | 'read' | 'replied'): number =>
    page.items.reduce((total, { data }) => total + data.counts[field], 0);
  return sum('sent') === 0 ? 0 : sum(metric) / sum('sent');
}

/** Changes a campaign that is still as it was read. */
async function tryUpdate(
  { id, data, version }: Found<Campaign>,
  change: Partial<Campaign>,
): Promise<boolean> {
  try {
    await commit([updateCampaign(id, { ...change, updatedAt: now() }, version)]);
    forgetCampaign(id, data.channelId);
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return false;
  }
}
