import type { Random } from '../../scripts/whatsapp-simulator/random.ts';
import { call } from '../backend/callable.ts';
import { conversationOf } from '../world.ts';
import type { Scenario, World } from './types.ts';

const BULK = 10;
/** Soon enough to go out in a short run. */
const SCHEDULED_WITHIN_MS = 8_000;

/** A message to a customer who wrote within 24 hours. */
export function intentOf(
  { backend, runId }: World,
  key: string,
  customer: number,
  fields: object = {},
) {
  return {
    idempotencyKey: `${runId}-${key}`,
    conversationId: conversationOf(backend.channelId, customer),
    message: { type: 'text', text: { body: 'Your order is ready, we open at nine.' } },
    ...fields,
  };
}

/** A message of its own that goes out by `messages-send`. */
const sends = (
  name: string,
  weight: number,
  fieldsOf: (random: Random, dueAt: number) => object = () => ({}),
): Scenario => ({
  name: `queue.${name}`,
  weight,
  units: 1,
  async run(world, n, random, dueAt) {
    const customer = Math.floor(random() * world.customers);
    const intent = intentOf(world, String(n), customer, fieldsOf(random, dueAt));
    await world.ledger.takeOutbound([intent.idempotencyKey], async () => {
      await call(world.backend, 'messages-send', intent);
    });
  },
});

/** Hands messages over in one call. @throws unless each was taken */
export async function sendBulk(
  world: World,
  intents: readonly ReturnType<typeof intentOf>[],
): Promise<void> {
  const keys = intents.map(({ idempotencyKey }) => idempotencyKey);
  await world.ledger.takeOutbound(keys, async () => {
    const { results } = await call<{ results: { ok: boolean }[] }>(
      world.backend,
      'messages-sendBulk',
      { messages: intents },
    );
    const refused = results.filter(({ ok }) => !ok).length;
    if (refused > 0) throw new Error(`${refused} of ${keys.length} were refused`);
  });
}

export const QUEUE_SCENARIOS: readonly Scenario[] = [
  sends('text', 15),
  sends('media', 5, () => ({
    message: {
      type: 'image',
      image: { link: 'https://cdn.example.com/offer.jpg', caption: 'This week' },
    },
  })),
  {
    name: 'queue.bulk',
    weight: 2,
    units: BULK,
    run(world, n, random) {
      const intents = Array.from({ length: BULK }, (_, item) =>
        intentOf(world, `${n}-${item}`, Math.floor(random() * world.customers)),
      );
      return sendBulk(world, intents);
    },
  },
  sends('priority', 5, (random) => ({ priority: random() < 0.5 ? 'critical' : 'low' })),
  sends('scheduled', 3, (random, dueAt) => ({
    sendAt: Math.ceil(dueAt + 1_000 + random() * SCHEDULED_WITHIN_MS),
  })),
  {
    name: 'queue.metrics',
    weight: 3,
    units: 1,
    async run({ backend }) {
      await call(backend, 'queue-metrics', { channelId: backend.channelId });
    },
  },
];
