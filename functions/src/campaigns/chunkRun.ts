import { pauseAfterError } from '../channels/pause';
import { categoryOf } from '../contacts/consent';
import type { ConsentCategory } from '../contacts/schema';
import { recordWishes, refusalOfOffers } from '../contacts/wishes';
import { campaignMicroBatch } from '../params';
import { now } from '../platform/clock';
import { log } from '../platform/log';
import type { SendOutcome } from '../platform/whatsapp/client';
import { toCallbackData } from './callback';
import { openChunk, type Changes } from './openChunk';
import { pauseCampaign } from './pauseCampaign';
import { blockedOf } from './blocks';
import { refusedOf } from './optOuts';
import { contentOf, slotsOf, type TemplateMessage } from './render';
import { decideSend, type SendDecision, type SendResult } from './decideSend';
import { nextBatch } from './rules';
import type { Campaign, Chunk, Recipient } from './schema';
import { sendBatch, type Gate, type Ready } from './sendBatch';
import { settleDoubts } from './settle';
import type { Found } from './store';
import { templatesOf } from './templates';

/** What a lane brings along to work on a chunk. */
export interface Worker {
  gate: Gate;
  leaseMs: number;
  /** The campaign as it was at most 3 s ago, while it may be sent. */
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
  const category = categoryOf(template);
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
    const wanted = await withoutGone(ids, run.chunk, category, changes);
    const batch = await run.write(changes, wanted, { goesOn: ids.length > 0, notBefore });
    if (!batch || ids.length === 0) return;

    const outcomes = await sendBatch(
      worker.gate,
      batch.map((id) => readyOf(chunk.id, run.chunk, id, contentFor)),
    );
    const decisions = decide(worker, run.chunk, batch, outcomes);
    changes = changesOf(run.chunk, batch, decisions);
    badTemplates = badInRow(badTemplates, decisions);
    try {
      await applyEffects(run.chunk, decisions, badTemplates);
    } catch (error) {
      // What was sent has to be recorded whatever else fails.
      await run.write(changes, [], { goesOn: false, notBefore });
      throw error;
    }
  }
}

/** What goes out within a second, so that a pause is seen within seconds at any pace. */
const batchSize = ({ gate }: Worker): number =>
  Math.min(campaignMicroBatch(), gate.pace.limit(now()));

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

/** What each send came to; those that were not begun are missing. Slows the lane down if asked to. */
function decide(
  { gate }: Worker,
  { recipients }: Chunk,
  batch: readonly string[],
  outcomes: Map<string, SendOutcome>,
): Map<string, SendDecision> {
  const at = now();
  const decisions = new Map<string, SendDecision>();
  for (const id of batch) {
    const outcome = outcomes.get(id);
    if (!outcome) continue;
    const decision = decideSend(outcome, recipients[id]?.attempts ?? 0, at, Math.random());
    if (decision.isThrottled) gate.pace.slowDown(at);
    decisions.set(id, decision);
  }
  return decisions;
}

function changesOf(
  { campaignId, recipients }: Chunk,
  batch: readonly string[],
  decisions: Map<string, SendDecision>,
): Changes {
  const changes: Changes = new Map();
  for (const id of batch) {
    const decision = decisions.get(id);
    if (!decision) {
      // The gate closed before it was sent, which is certain.
      changes.set(id, { state: null, at: null });
    } else if (decision.result === null) {
      log.warn('a send is in doubt', { campaignId, contactId: id });
    } else {
      const { result } = decision;
      changes.set(id, {
        ...overBy(recipients[id], result),
        ...result,
        state: result.state ?? null,
        at: result.state ? now() : null,
      });
    }
  }
  return changes;
}

/** What an earlier try came to, and this one's result does not say again. */
const overBy = (before: Recipient = {}, result: SendResult): Record<string, null> =>
  Object.fromEntries(
    (['notBefore', 'code', 'reason'] as const)
      .filter((name) => before[name] !== undefined && result[name] === undefined)
      .map((name) => [name, null]),
  );

/** How many sends in a row were refused for the template's parameters. */
const badInRow = (before: number, decisions: Map<string, SendDecision>): number =>
  [...decisions.values()].reduce(
    (count, { isBadTemplate }) => (isBadTemplate ? count + 1 : 0),
    before,
  );

/** Does what refusals ask for beyond their recipient. Done twice it changes nothing. */
async function applyEffects(
  { campaignId, channelId, recipients }: Chunk,
  decisions: Map<string, SendDecision>,
  badTemplates: number,
): Promise<void> {
  const at = now();
  const stopped = [...decisions].filter(([, { hasOptedOut }]) => hasOptedOut);
  await recordWishes(
    stopped.map(([id]) => ({
      ...refusalOfOffers(id, at, campaignId),
      identity: addressOf(recipients[id]),
    })),
  );
  const pauses = [...decisions.values()].flatMap(({ pause }) => pause ?? []);
  const [ofCampaign] = pauses.filter(({ scope }) => scope === 'campaign');
  if (ofCampaign) await pauseCampaign(campaignId, ofCampaign);
  const ofSender = pauses.find(({ scope }) => scope !== 'campaign');
  if (ofSender && ofSender.scope !== 'campaign') {
    await pauseAfterError(channelId, ofSender.scope, ofSender);
  }
  if (badTemplates >= MAX_BAD_TEMPLATES) {
    await pauseCampaign(campaignId, { reason: 'bad-template-parameters', code: 132000 });
  }
}

const addressOf = ({ phone, bsuid }: Recipient = {}): { phone?: string; bsuid?: string } => ({
  ...(phone ? { phone } : {}),
  ...(bsuid ? { bsuid } : {}),
});

/** Those who may still be sent to: nobody blocked since they became recipients, or who refused it. */
async function withoutGone(
  ids: string[],
  { createdAt }: Chunk,
  category: ConsentCategory,
  changes: Changes,
): Promise<string[]> {
  if (ids.length === 0) return ids;
  const [blocked, refused] = await Promise.all([
    blockedOf(ids, createdAt),
    refusedOf(ids, category, createdAt),
  ]);
  for (const id of refused) changes.set(id, { state: 'skipped', at: now(), reason: 'opted-out' });
  for (const id of blocked) changes.set(id, { state: 'skipped', at: now(), reason: 'blocked' });
  return ids.filter((id) => !refused.has(id) && !blocked.has(id));
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
