import { setTimeout } from 'node:timers/promises';
import { intentOf, sendBulk } from './scenarios/queue.ts';
import type { Accepted, World } from './scenarios/types.ts';
import { postInbound } from './scenarios/webhook.ts';

const PER_POST = 100;
/** Messages of which the load tells statuses, again and again: Meta does repeat itself. */
const ACCEPTED = 200;
const TIMEOUT_MS = 120_000;

/** Every customer writes, so that each has a conversation in which free text may be sent. */
export async function openConversations(world: World): Promise<void> {
  for (let from = 0; from < world.customers; from += PER_POST) {
    const items = Array.from({ length: Math.min(PER_POST, world.customers - from) }, (_, n) => ({
      wamid: `wamid.first${world.runId}x${from + n}`,
      customer: from + n,
      content: { type: 'text', text: { body: 'Hola' } },
    }));
    await postInbound(world, items, Date.now());
  }
}

/** Sends messages that WhatsApp accepts and says nothing about: the load does. */
export async function makeAccepted(world: World): Promise<Accepted[]> {
  const { simulator } = world.backend;
  await simulator.setFaults([{ kind: 'webhook_drop' }]);
  const keys = new Set<string>();
  for (let from = 0; from < ACCEPTED; from += PER_POST) {
    const intents = Array.from({ length: PER_POST }, (_, n) =>
      intentOf(world, `first-${from + n}`, (from + n) % world.customers),
    );
    await sendBulk(world, intents);
    for (const { idempotencyKey } of intents) {
      keys.add(idempotencyKey);
      world.ledger.statuses.set(idempotencyKey, new Set());
    }
  }
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const accepted = (await allSends(world))
      .filter(({ callbackData }) => callbackData !== undefined && keys.has(callbackData))
      .map(({ id, callbackData, recipient }) => ({
        id: callbackData as string,
        wamid: id,
        phone: recipient,
      }));
    if (accepted.length >= ACCEPTED) {
      await simulator.idle(TIMEOUT_MS);
      await simulator.clearFaults();
      return accepted;
    }
    if (Date.now() > end) {
      throw new Error(`WhatsApp got ${accepted.length} of the first ${ACCEPTED} messages.`);
    }
    await setTimeout(500);
  }
}

const PAGE = 1_000;

/** The whole journal of what the simulated WhatsApp accepted. */
export async function allSends({ backend: { simulator } }: Pick<World, 'backend'>) {
  const sends = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await simulator.sends({ limit: PAGE, after });
    sends.push(...page.data);
    after = page.after;
  }
  return sends;
}
