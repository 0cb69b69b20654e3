import { auditWrite } from '../audit/record';
import { batchPages } from '../batch/batchPages';
import { now } from '../platform/clock';
import { commit, isConflict, untilNoConflict, type WriteOp } from '../platform/commit';
import { dispositionOf } from '../platform/whatsapp/errors';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { groupOf } from './callback';
import { known } from './known';
import { countsOf } from './rules';
import type { Chunk, GroupOutcomes, OutcomeCounts, Recipient, RecipientOutcome } from './schema';
import { startLanes } from './start';
import {
  chunksOfCampaign,
  forgetCampaign,
  readChunk,
  readOutcomes,
  updateCampaign,
  updateChunk,
  updateOutcomes,
  type Found,
} from './store';

/** Reasons for which WhatsApp refuses whatever is tried. */
const FINAL = new Set([
  'user-stopped-marketing',
  'undeliverable',
  'recipient-not-allowed',
  'country-not-allowed',
  'phone-number-needed',
  'experiment',
]);

const mayRetry = (code: number | undefined): boolean =>
  code === undefined || !FINAL.has(dispositionOf(code).reason);

/**
 * Sends anew to those whom a message failed to reach for a reason that may have passed. Messages
 * that nobody knows of are left: they may have arrived. A chunk and its outcomes change in one
 * commit on the versions read, so calling it twice, or dying in between, retries nobody twice.
 */
export async function retryFailed(
  member: Member,
  campaignId: string,
): Promise<{ campaignId: string; retried: number }> {
  const { data, version } = await known(campaignId);
  if (data.status !== 'completed' && data.status !== 'running' && data.status !== 'paused') {
    throw new AppError(
      'failed-precondition',
      `A campaign that is ${data.status} cannot be retried.`,
      {
        details: { reason: 'wrong-status', status: data.status },
      },
    );
  }
  let retried = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  for await (const ids of chunkIdPages(campaignId)) retried += await retryChunks(campaignId, ids);

  if (retried > 0 || data.status === 'completed') {
    const change = data.status === 'completed' && retried > 0 ? REOPENED : {};
    await commit([
      updateCampaign(campaignId, { ...change, updatedAt: now() }, version),
      auditWrite(member.uid, 'campaigns.retry', `campaigns/${campaignId}`, { retried }),
    ]).catch((error: unknown) => {
      // It completed or was paused meanwhile; a second call makes up for it.
      if (!isConflict(error)) throw error;
    });
    forgetCampaign(campaignId, data.channelId);
  }
  await startLanes(data.channelId);
  return { campaignId, retried };
}

const REOPENED = { status: 'running', isActive: true, isOpen: true, completedAt: null } as const;
const CONCURRENCY = 8;

async function retryChunks(campaignId: string, ids: string[]): Promise<number> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- a chunk stands for 500 recipients, and is changed on its version
  const counts = await mapConcurrently(ids, CONCURRENCY, (id) => retryChunk(campaignId, id));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function* chunkIdPages(campaignId: string): AsyncGenerator<string[]> {
  const pages = batchPages(chunksOfCampaign(campaignId), [{ where: [] }], {
    fields: ['group'],
    limit: 100,
  });
  for await (const { items } of pages) yield items.map(({ id }) => id);
}

const retryChunk = (campaignId: string, chunkId: string): Promise<number> =>
  untilNoConflict(async () => {
    const [chunk, outcomes] = await Promise.all([
      readChunk(campaignId, chunkId),
      readOutcomes(campaignId, groupOf(chunkId)),
    ]);
    if (!chunk.data) return 0;
    const { ops, count } = retryWrites(chunk as Found<Chunk>, outcomes.data, outcomes.version);
    if (count > 0) await commit(ops);
    return count;
  });

function retryWrites(
  { id: chunkId, data: chunk, version }: Found<Chunk>,
  outcomes: GroupOutcomes | undefined,
  outcomesVersion: string | undefined,
): { ops: WriteOp[]; count: number } {
  const recipients = { ...chunk.recipients };
  const fields: Record<string, unknown> = {};
  const heard: Record<string, unknown> = {};
  const counts: OutcomeCounts | undefined = outcomes && { ...outcomes.counts };
  let count = 0;
  for (const [id, recipient] of Object.entries(chunk.recipients)) {
    const outcome = outcomes?.recipients[id];
    if (!failed(recipient, outcome)) continue;
    count++;
    const round = (recipient.round ?? 0) + 1;
    const { phone, bsuid, name, values } = recipient;
    const reset: Recipient = {
      ...(phone ? { phone } : {}),
      ...(bsuid ? { bsuid } : {}),
      ...(name ? { name } : {}),
      ...(values ? { values } : {}),
      round,
    };
    recipients[id] = reset;
    fields[`recipients.${id}`] = reset;
    if (outcome && counts) {
      if (outcome.sentAt !== undefined) counts.sent--;
      if (outcome.failedAt !== undefined) counts.failed--;
      heard[`recipients.${id}`] = { round } satisfies RecipientOutcome;
    }
  }
  const ops = [
    updateChunk(
      chunk.campaignId,
      chunkId,
      { ...fields, counts: countsOf(recipients), dueAt: Math.min(chunk.dueAt ?? now(), now()) },
      version,
    ),
  ];
  if (Object.keys(heard).length > 0) {
    ops.push(updateOutcomes(chunk.campaignId, chunk.group, { ...heard, counts }, outcomesVersion));
  }
  return { ops, count };
}

function failed({ state, code }: Recipient, outcome: RecipientOutcome | undefined): boolean {
  if (state === 'failed') return mayRetry(code);
  const isRefused = outcome?.failedAt !== undefined && outcome.deliveredAt === undefined;
  return state === 'accepted' && isRefused && mayRetry(outcome.code);
}
