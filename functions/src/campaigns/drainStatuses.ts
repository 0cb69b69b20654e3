import { z } from 'zod';
import { recordWishes, refusalOfOffers, type ToldWish } from '../contacts/wishes';
import { recordDeadLetters } from '../deadLetters/record';
import { now } from '../platform/clock';
import { acknowledge, pull, type Pulled } from '../platform/pubsub';
import { sleep } from '../platform/sleep';
import { dispositionOf } from '../platform/whatsapp/errors';
import { mapConcurrently } from '../shared/async';
import { applyOutcomes } from './applyOutcomes';
import { TOPIC } from './keepStatuses';
import type { CampaignEvent } from './outcomes';
import { refreshTotals } from './progress';
import { recipientIn } from './store';

const campaignEvent = z.object({
  campaignId: z.string(),
  chunkId: z.string(),
  contactId: z.string(),
  round: z.number(),
  status: z.enum(['sent', 'delivered', 'read', 'failed']),
  at: z.number(),
  wamid: z.string(),
  code: z.number().optional(),
});

/** Between two pulls statuses gather, and a write takes in more of them. */
const GATHER_MS = 3_000;
const CONCURRENCY = 8;

/**
 * Writes down the statuses that were kept, many in one write, until none come any more or the time
 * is over. What is written is acknowledged after; whatever dies before that comes again.
 *
 * @returns how many were taken
 */
export async function drainStatuses(until: number): Promise<number> {
  const changed = new Set<string>();
  let total = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- what was pulled is written before more is
  for (;;) {
    const pulled = await pull(TOPIC);
    const events = await takePulled(pulled);
    total += events.length;
    for (const { campaignId } of events) changed.add(campaignId);
    const isOver = pulled.length === 0 || now() > until;
    await refreshAll(changed, isOver);
    if (isOver) return total;
    await sleep(Math.min(GATHER_MS, Math.max(0, until - now())));
  }
}

async function takePulled(pulled: readonly Pulled[]): Promise<CampaignEvent[]> {
  const events: CampaignEvent[] = [];
  const strange: string[] = [];
  for (const { body } of pulled) {
    const parsed = z.array(campaignEvent).safeParse(parseJson(body));
    if (parsed.success) events.push(...(parsed.data as CampaignEvent[]));
    else strange.push(body);
  }
  const unknown = await applyOutcomes(events);
  await recordOptOuts(events);
  await recordDeadLetters([
    ...strange.map((raw) => ({
      kind: 'status' as const,
      reason: 'not a status of a campaign',
      raw,
    })),
    ...unknown.map((event) => ({
      kind: 'status' as const,
      reason: 'a status of an unknown campaign',
      raw: JSON.stringify(event),
    })),
  ]);
  await acknowledge(
    TOPIC,
    pulled.map(({ ackId }) => ackId),
  );
  return events;
}

/** Shows new totals now and then, and at the end of all campaigns that something came of. */
async function refreshAll(campaignIds: ReadonlySet<string>, isOver: boolean): Promise<void> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- once in a few seconds for each campaign
  await Promise.all([...campaignIds].map((id) => refreshTotals(id, isOver)));
}

/** A failure may say that its recipient wants no more offers. */
async function recordOptOuts(events: readonly CampaignEvent[]): Promise<void> {
  const wishes = events.filter(
    ({ code }) => code !== undefined && dispositionOf(code).reason === 'user-stopped-marketing',
  );
  // eslint-disable-next-line recado/no-firestore-in-loops -- few refuse, each in a chunk of another campaign or group
  await recordWishes(await mapConcurrently(wishes, CONCURRENCY, toldWish));
}

/** With the address that it was sent to: not everybody in a list is a contact. */
async function toldWish(event: CampaignEvent): Promise<ToldWish> {
  const { campaignId, chunkId, contactId, at, wamid } = event;
  const { phone, bsuid } = (await recipientIn(campaignId, chunkId, contactId)) ?? {};
  return {
    ...refusalOfOffers(contactId, at, wamid ?? campaignId),
    ...(phone || bsuid
      ? { identity: { ...(phone ? { phone } : {}), ...(bsuid ? { bsuid } : {}) } }
      : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
