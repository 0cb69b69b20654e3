import { now } from '../clock.ts';
import { shuffled } from '../random.ts';
import type { World } from '../world/world.ts';
import type { BulkInbound, CustomerSends, InboundMessage, Sender } from '../types.ts';
import { inboundUpdate, newWamid } from '../webhooks/inbound.ts';
import type { Update } from '../webhooks/update.ts';
import { ControlError } from './error.ts';
import type { ControlHandler } from './handler.ts';

const MAX_PER_POST = 1_000;

type Writer = Sender & { waId: string; messages: InboundMessage[] };

interface Sent {
  /** The messages' ids, in the order given. */
  ids: string[];
}

/** One customer writes; the updates join the queue. */
export const customerSends: ControlHandler = ({ world }, request, params): Sent => {
  const { phoneNumberId, duplicates, shuffle, ...sender } = request.json() as CustomerSends;
  const writer = { ...sender, waId: params.waId ?? '' };
  const updates = write(world, [writer], phoneNumberId);
  for (const update of arranged(world, updates, { duplicates, shuffle })) world.notify(update);
  return idsOf(updates);
};

/** Many customers write; the updates go out at once, `perPost` in each POST, without faults. */
export const bulkInbound: ControlHandler = ({ world }, request): Sent => {
  const body = request.json() as BulkInbound;
  const { customers, phoneNumberId, duplicates, shuffle } = body;
  const perPost = body.perPost ?? world.config.webhooks.maxBatch;
  if (!(perPost >= 1 && perPost <= MAX_PER_POST)) {
    throw new ControlError(400, `perPost must be from 1 to ${MAX_PER_POST}.`);
  }
  if (!Array.isArray(customers)) throw new ControlError(400, 'customers must be a list.');
  const updates = write(world, customers, phoneNumberId);
  if (world.config.webhookUrl !== '') {
    world.outbox.addTogether(arranged(world, updates, { duplicates, shuffle }), perPost);
  }
  return idsOf(updates);
};

/** Records that the customers wrote, which opens their windows, and builds the updates. */
function write(world: World, writers: readonly Writer[], to?: string): Update[] {
  const phoneNumberId = to ?? world.numbers.keys().next().value ?? '';
  if (!world.numbers.has(phoneNumberId)) {
    throw new ControlError(404, `There is no number ${phoneNumberId}.`);
  }
  return writers.flatMap(({ waId, messages, ...sender }) => {
    if (!Array.isArray(messages)) throw new ControlError(400, 'messages must be a list.');
    const bsuid = world.customers.meet(waId, sender);
    const visible = { ...sender, waId, ...(bsuid && { bsuid }) };
    return messages.map((message) => {
      const time = now();
      const wroteAt = message.timestamp === undefined ? time : Number(message.timestamp) * 1_000;
      world.customers.wrote(phoneNumberId, bsuid ? [waId, bsuid] : [waId], wroteAt);
      const withId = { ...message, id: message.id ?? newWamid() };
      return inboundUpdate(phoneNumberId, visible, withId, time, (content, mimeType) =>
        world.media.add(content, mimeType, 'webhook', time),
      );
    });
  });
}

function arranged(
  world: World,
  updates: readonly Update[],
  {
    duplicates = 0,
    shuffle = false,
  }: { duplicates?: number | undefined; shuffle?: boolean | undefined },
): readonly Update[] {
  const all = updates.flatMap((each) => Array<Update>(1 + duplicates).fill(each));
  return shuffle ? shuffled(all, world.random) : all;
}

function idsOf(updates: readonly Update[]): Sent {
  return { ids: updates.map((each) => String(each.body.id)) };
}
