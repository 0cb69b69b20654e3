import { auditWrite } from '../audit/record';
import { batchPages } from '../batch/batchPages';
import { now } from '../platform/clock';
import { commit, untilNoConflict, type WriteOp } from '../platform/commit';
import { dispositionOf } from '../platform/whatsapp/errors';
import { mapConcurrently } from '../shared/async';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { groupOf } from './callback';
import { known } from './known';
import { factsOfOutcome, factsOfRecipient, outboxFields } from './facts';
import { countsOf } from './rules';
import { emptyOutcomes } from './outcomes';
import type { Chunk, GroupOutcomes, Recipient, RecipientOutcome } from './schema';
import { startLanes } from './start';
import {
  chunksOfCampaign,
  createOutcomes,
  forgetCampaign,
  nextChunkDueAt,
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
  const { data } = await known(campaignId);
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

  await reopen(member, campaignId, retried);
  await startLanes(data.channelId);
  return { campaignId, retried };
}

/**
 * Lets a completed campaign go on that has something to send again. That is decided on its chunks,
 * so it makes up for a call that died before.
 */
const reopen = (member: Member, campaignId: string, retried: number): Promise<void> =>
  untilNoConflict(async () => {
    const { data, version } = await known(campaignId);
    const isToReopen =
      data.status === 'completed' && (await nextChunkDueAt(campaignId)) !== undefined;
    if (!isToReopen && retried === 0) return;
    try {
      await commit([
        updateCampaign(campaignId, { ...(isToReopen ? REOPENED : {}), updatedAt: now() }, version),
        auditWrite(member.uid, 'campaigns.retry', `campaigns/${campaignId}`, { retried }),
      ]);
    } finally {
      forgetCampaign(campaignId, data.channelId);
    }
  });

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
  const known = outcomes ?? emptyOutcomes(chunk.campaignId, chunk.variant);
  const heard: Record<string, RecipientOutcome> = {};
  const counts = { ...known.counts };
  let count = 0;
  for (const [id, recipient] of Object.entries(chunk.recipients)) {
    const outcome = known.recipients[id];
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
    if (outcome?.sentAt !== undefined) counts.sent--;
    if (outcome?.failedAt !== undefined) counts.failed--;
    const { repliedAt, optedOutAt } = outcome ?? {};
    // Also where nothing was heard of it: of statuses only those of the new round count.
    heard[id] = {
      round,
      ...(repliedAt === undefined ? {} : { repliedAt }),
      ...(optedOutAt === undefined ? {} : { optedOutAt }),
    };
  }
  const ops: WriteOp[] = [
    updateChunk(
      chunk.campaignId,
      chunkId,
      {
        ...fields,
        ...outboxFields(chunk, recipients, Object.keys(heard), factsOfRecipient),
        counts: countsOf(recipients),
        dueAt: Math.min(chunk.dueAt ?? now(), now()),
      },
      version,
    ),
  ];
  if (outcomes) {
    const fields = Object.fromEntries(
      Object.entries(heard).map(([id, outcome]) => [`recipients.${id}`, outcome]),
    );
    const outbox = outboxFields(
      outcomes,
      { ...outcomes.recipients, ...heard },
      Object.keys(heard),
      factsOfOutcome,
    );
    ops.push(
      updateOutcomes(
        chunk.campaignId,
        chunk.group,
        { ...fields, ...outbox, counts },
        outcomesVersion,
      ),
    );
  } else {
    ops.push(createOutcomes(chunk.campaignId, chunk.group, { ...known, recipients: heard }));
  }
  return { ops, count };
}

function failed(
  { state, code, isErased }: Recipient,
  outcome: RecipientOutcome | undefined,
): boolean {
  if (isErased) return false;
  if (state === 'failed') return mayRetry(code);
  if (state !== 'accepted' || outcome?.failedAt === undefined) return false;
  const hasArrived = outcome.deliveredAt !== undefined || outcome.readAt !== undefined;
  return !hasArrived && mayRetry(outcome.code);
}
