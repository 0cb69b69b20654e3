import { messagesBody, signatureOf, statusesBody } from '../../scripts/lib/webhookBodies.ts';
import { inboundId } from '../../functions/lib/messages/rules.js';
import type { Random } from '../../scripts/whatsapp-simulator/random.ts';
import { post } from '../http.ts';
import type { Status } from '../outcome/ledger.ts';
import { phoneOf } from '../world.ts';
import { contentOf } from './inboundContent.ts';
import type { Accepted, Scenario, World } from './types.ts';

/** Posts a body as Meta does. @throws unless it is answered 200 */
async function postSigned({ backend }: World, body: string): Promise<void> {
  const { status } = await post(backend.url('whatsappWebhook'), body, {
    'x-hub-signature-256': signatureOf(body, backend.appSecret),
  });
  if (status !== 200) throw new Error(`the webhook answered ${status}`);
}

/** Customers write, in one POST. */
export async function postInbound(
  world: World,
  items: readonly { wamid: string; customer: number; content: Record<string, unknown> }[],
  dueAt: number,
): Promise<void> {
  const { channelId } = world.backend;
  const messages = items.map(({ wamid, customer, content }) => ({
    from: { phone: phoneOf(customer), name: `Customer ${customer}` },
    message: { id: wamid, timestamp: String(Math.floor(dueAt / 1_000)), ...content },
  }));
  const body = messagesBody(messages, channelId);
  const taken = items.map(({ wamid, customer }) => ({
    id: inboundId(channelId, wamid),
    ...{ wamid, customer },
  }));
  await world.ledger.takeInbound(taken, dueAt, () => postSigned(world, body));
}

/** Statuses come, in one POST. */
async function postStatuses(
  world: World,
  told: readonly { message: Accepted; status: Status }[],
  dueAt: number,
): Promise<void> {
  const statuses = told.map(({ message: { id, wamid, phone }, status }) => ({
    id: wamid,
    status,
    timestamp: String(Math.floor(dueAt / 1_000)),
    recipient_id: phone,
    biz_opaque_callback_data: id,
  }));
  const body = statusesBody(statuses, world.backend.channelId);
  const taken = told.map(({ message, status }) => ({ id: message.id, status }));
  await world.ledger.takeStatuses(taken, () => postSigned(world, body));
}

/** Most POSTs bring one message, some a few, and now and then many have piled up. */
function sizeOf(random: Random): number {
  const draw = random();
  if (draw < 0.8) return 1;
  return draw < 0.97 ? 2 + Math.floor(random() * 9) : 50;
}

/** One in ten POSTs comes again, as Meta's do whenever an answer was late or lost. */
const REPEATED = 0.1;
const STORM = 10;
const ALL: readonly Status[] = ['sent', 'delivered', 'read'];

/** A POST with one status of one message. */
const status = (name: Status): Scenario => ({
  name: `analytics.${name}`,
  weight: 3,
  units: 1,
  run: (world, _n, _random, dueAt) =>
    postStatuses(
      world,
      world.nextAccepted(1).map((message) => ({ message, status: name })),
      dueAt,
    ),
});

export const WEBHOOK_SCENARIOS: readonly Scenario[] = [
  {
    name: 'webhook.inbound',
    weight: 34,
    units: 1,
    async run(world, n, random, dueAt) {
      const items = Array.from({ length: sizeOf(random) }, (_, item) => ({
        wamid: wamidOf(world, n, item),
        customer: Math.floor(random() * world.customers),
        content: contentOf(random),
      }));
      await postInbound(world, items, dueAt);
      if (random() < REPEATED) await postInbound(world, items, dueAt);
    },
  },
  {
    // What the simulator sends by itself is three statuses a message; these come on top, at once.
    name: 'webhook.status-storm',
    weight: 3,
    units: STORM * ALL.length,
    run: (world, _n, _random, dueAt) =>
      postStatuses(
        world,
        world
          .nextAccepted(STORM)
          .flatMap((message) => ALL.map((each) => ({ message, status: each }))),
        dueAt,
      ),
  },
  {
    name: 'analytics.received',
    weight: 4,
    units: 1,
    run: (world, n, random, dueAt) =>
      postInbound(
        world,
        [
          {
            wamid: wamidOf(world, n, 0),
            customer: Math.floor(random() * world.customers),
            content: { type: 'text', text: { body: 'Gracias' } },
          },
        ],
        dueAt,
      ),
  },
  status('sent'),
  status('delivered'),
  status('read'),
];

/** As long as WhatsApp's own. */
const wamidOf = ({ runId }: World, n: number, item: number): string =>
  `wamid.HBgLMzQ2NjAwMDAwMDAVAgASGBQzQTdB${runId}x${n}x${item}`;
