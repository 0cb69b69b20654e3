import { pauseAfterError } from '../channels/pause';
import { recordWishes } from '../contacts/wishes';
import { now } from '../platform/clock';
import { log } from '../platform/log';
import type { SendOutcome } from '../platform/whatsapp/client';
import { toCallbackData } from './callback';
import { openChunk, type Changes } from './openChunk';
import { pauseCampaign } from './pauseCampaign';
import { optedOutOf } from './optOuts';
import { contentOf, slotsOf, type TemplateMessage } from './render';
import { decideSend } from './decideSend';
import { MICRO_BATCH, nextBatch } from './rules';
import type { Campaign, Chunk, Recipient } from './schema';
import { sendBatch, type Gate, type Ready } from './sendBatch';
import { settleDoubts } from './settle';
import type { Found } from './store';
import { templatesOf } from './templates';

/** What a lane brings along to work on a chunk. */
export interface Worker {
  gate: Gate;
  leaseMs: number;
  /** The campaign as it was at most 2 s ago, while it may be sent. */
  campaign(): Promise<Campaign | undefined>;
}

/** Refused parameters in a row that are no one recipient's fault any more. */
const MAX_BAD_TEMPLATES = 5;

/**
 * Sends a chunk's open messages in micro-batches. One write claims a micro-batch and records the
 * results of the one before; it demands the version that the write before it made, so of two runs
 * only one goes on. Whatever a crash leaves claimed is in doubt and never sent again.
 */
export async function runChunk(worker: Worker, chunk: Found<Chunk>): Promise<void> {
  let campaign = await worker.campaign();
  if (!campaign) return;
  const run = openChunk(await settleDoubts(chunk), worker.leaseMs);
  const templates = await templatesOf(campaign);
  const variant = run.chunk.variant ?? campaign.winner ?? 0;
  const template = templates[variant];
  const wording = campaign.variants[variant];
  if (!template || !wording) throw new Error(`${run.chunk.campaignId} has no variant ${variant}`);
  const hasSlots = slotsOf(template).length > 0;
  const contentFor = ({ values }: Recipient): TemplateMessage['template'] =>
    contentOf(wording, template, hasSlots ? (values?.[String(variant)] ?? []) : []);

  let changes: Changes = new Map();
  let badTemplates = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a micro-batch after the other, which is the pace
  for (;;) {
    campaign = await worker.campaign();
    const notBefore = campaign ? await endOfQuiet(campaign, run.chunk) : 0;
    const maySend = campaign && !worker.gate.isClosed() && notBefore <= now();
    const ids = maySend ? nextBatch(run.chunk, now(), batchSize(worker)) : [];
    const wanted = campaign?.isMarketing
      ? await withoutOptedOut(ids, run.chunk.createdAt, changes)
      : ids;
    const batch = await run.write(changes, wanted, { goesOn: ids.length > 0, notBefore });
    if (!batch || ids.length === 0) return;

    const outcomes = await sendBatch(
      worker.gate,
      batch.map((id) => readyOf(chunk.id, run.chunk, id, contentFor)),
    );
    changes = new Map();
    // eslint-disable-next-line recado/no-firestore-in-loops -- only refusals that concern more than the recipient ask
    for (const id of batch) {
      const recipient = run.chunk.recipients[id] as Recipient;
      const decision = await take(worker, run.chunk, id, recipient, outcomes.get(id), changes);
      if (decision === undefined) continue;
      badTemplates = decision === 'bad-template' ? badTemplates + 1 : 0;
    }
    if (badTemplates >= MAX_BAD_TEMPLATES) {
      await pauseCampaign(run.chunk.campaignId, {
        reason: 'bad-template-parameters',
        code: 132000,
      });
    }
  }
}

/** What goes out within a second, so that a pause is seen within seconds at any pace. */
const batchSize = ({ gate }: Worker): number => Math.min(MICRO_BATCH, gate.pace.limit(now()));

/** Whoever is late, or was paused, may have come into the recipients' quiet hours. */
async function endOfQuiet(
  { schedule: { quietHours, timeZone } }: Campaign,
  { zone }: Chunk,
): Promise<number> {
  if (!quietHours || zone === undefined) return 0;
  // Few campaigns need the time zones' rules, and they take a while to load.
  const { sendTimeOf } = await import('./when.js');
  const minute = Math.floor(now() / 60_000) * 60_000;
  const allowed = sendTimeOf({ quietHours, timeZone }, zone, minute);
  return allowed > minute ? allowed : 0;
}

/** Takes note of what a send came to. */
async function take(
  { gate }: Worker,
  chunk: Chunk,
  id: string,
  recipient: Recipient,
  outcome: SendOutcome | undefined,
  changes: Changes,
): Promise<'fine' | 'bad-template' | undefined> {
  if (outcome === undefined) {
    // The gate closed before it was sent, which is certain.
    changes.set(id, { state: null, at: null });
    return undefined;
  }
  const at = now();
  const decision = decideSend(outcome, recipient.attempts ?? 0, at, Math.random());
  if (decision.isThrottled) gate.pace.slowDown(at);
  if (decision.pause) {
    const { scope, reason, code } = decision.pause;
    if (scope === 'campaign') await pauseCampaign(chunk.campaignId, { reason, code });
    else await pauseAfterError(chunk.channelId, scope, { reason, code });
  }
  if (decision.hasOptedOut) {
    await recordWishes([{ contactId: id, optOut: { at, source: 'delivery' } }]);
  }
  const { result } = decision;
  if (result === null) {
    log.warn('a send is in doubt', { campaignId: chunk.campaignId, contactId: id });
    return undefined;
  }
  changes.set(id, {
    ...result,
    state: result.state ?? null,
    at: result.state ? at : null,
    ...(result.notBefore === undefined && recipient.notBefore !== undefined
      ? { notBefore: null }
      : {}),
  });
  return decision.isBadTemplate ? 'bad-template' : 'fine';
}

async function withoutOptedOut(ids: string[], since: number, changes: Changes): Promise<string[]> {
  const gone = await optedOutOf(ids, since);
  for (const id of gone) changes.set(id, { state: 'skipped', at: now(), reason: 'opted-out' });
  return ids.filter((id) => !gone.has(id));
}

function readyOf(
  chunkId: string,
  chunk: Chunk,
  contactId: string,
  contentFor: (recipient: Recipient) => TemplateMessage['template'],
): Ready {
  const recipient = chunk.recipients[contactId] as Recipient;
  const { phone, bsuid, round = 0 } = recipient;
  return {
    id: contactId,
    channelId: chunk.channelId,
    payload: {
      ...(phone ? { to: phone } : { recipient: bsuid }),
      type: 'template',
      template: contentFor(recipient),
      biz_opaque_callback_data: toCallbackData({
        campaignId: chunk.campaignId,
        chunkId,
        contactId,
        round,
      }),
    },
  };
}
