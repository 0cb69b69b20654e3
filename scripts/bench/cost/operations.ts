import { randomUUID } from 'node:crypto';
import { LOCAL } from '../../lib/localConfig.ts';
import { messagesBody, statusesBody, textMessage } from '../../lib/webhookBodies.ts';
import type { Bill } from './bill.ts';
import type { World } from './world.ts';

/** Something that the product does, and what it may cost. */
export interface Operation {
  name: string;
  budget: Bill;
  /** How many events it is, where it is several. */
  events?: number;
  /** Makes the situation, and gives what is then measured. */
  prepare: (world: World) => Promise<() => Promise<unknown>>;
}

/** Writes, reads and round trips. A transaction takes one more to commit, also if nothing changes. */
const budget = (writes: number, reads = 0, roundTrips = 1): Bill => ({
  reads,
  writes,
  deletes: 0,
  roundTrips,
});

interface Person {
  phone: string;
  bsuid?: string;
}
const ana: Person = { phone: '34600111222' };
const AGENT = { uid: 'agent1', role: 'agent' } as const;
const people = (count: number): Person[] =>
  Array.from({ length: count }, (_, n) => ({ phone: String(34_610_000_000 + n) }));

const post = ({ product }: World, froms: Person[], ids: string[]): Promise<unknown> => {
  const items = ids.map((id, n) => ({
    from: froms[n % froms.length] as Person,
    message: textMessage(id),
  }));
  return product.receiveWebhook(messagesBody(items));
};
const ids = (count: number): string[] =>
  Array.from({ length: count }, () => `wamid.${randomUUID()}`);

/** Messages of people who wrote before. */
const known = (froms: Person[], messages: number) => async (world: World) => {
  await post(world, froms, ids(froms.length));
  return () => post(world, froms, ids(messages));
};

const conversationOf = ({ product }: World, { phone }: Person): string =>
  product.conversationIdOf(LOCAL.channelId, product.aliasIds({ phone: `+${phone}` })[0] as string);

const requestOf = (world: World) =>
  world.product.sendInput.parse({
    idempotencyKey: randomUUID(),
    conversationId: conversationOf(world, ana),
    message: { type: 'text', text: { body: 'Hello' } },
  });

/** A message that was taken and not sent yet. */
async function intent(world: World) {
  const { product, simulator } = world;
  await post(world, [ana], ids(1));
  // Opens the 24 hours at the simulated WhatsApp.
  await simulator.customerSends(ana.phone, { messages: [{ type: 'text', text: 'hi' }] });
  const request = requestOf(world);
  await product.send(AGENT, request);
  const id = request.idempotencyKey;
  const snapshot = await product.db().doc(`messages/${id}`).get();
  type Message = Parameters<typeof product.payloadOf>[1];
  type Time = Parameters<typeof product.toVersion>[0];
  return product.payloadOf(
    id,
    snapshot.data() as Message,
    product.toVersion(snapshot.updateTime as Time),
  );
}

/** Statuses of so many messages in one POST. */
const statuses = (messages: number, names: string[]) => async (world: World) => {
  const { product } = world;
  const sent = ids(messages).map((wamid) => ({ id: randomUUID(), wamid }));
  const batch = product.db().batch();
  for (const { id } of sent) batch.set(product.db().doc(`messages/${id}`), { direction: 'out' });
  await batch.commit();
  const events = sent.flatMap(({ id, wamid }) =>
    names.map((status) => ({
      id: wamid,
      status,
      timestamp: '1',
      recipient_id: ana.phone,
      biz_opaque_callback_data: id,
    })),
  );
  return () => product.receiveWebhook(statusesBody(events));
};

type Deed = (product: World['product'], conversationId: string) => Promise<unknown>;
/** What a member does to a conversation. */
const deed = (work: Deed, before?: Deed) => async (world: World) => {
  await post(world, [ana], ids(1));
  const id = conversationOf(world, ana);
  await before?.(world.product, id);
  return () => work(world.product, id);
};
const addLabel: Deed = (product, conversationId) =>
  product.label(AGENT, { conversationId, add: ['vip'], remove: [] });

/** The project's operations with their budgets, which a test holds them to exactly. */
export const OPERATIONS: readonly Operation[] = [
  { name: 'inbound message, known conversation', budget: budget(2), prepare: known([ana], 1) },
  {
    name: 'the same on an instance that just started',
    budget: budget(2),
    async prepare(world) {
      const measured = await known([ana], 1)(world);
      world.product.clearCaches();
      return measured;
    },
  },
  {
    name: 'inbound message, first contact, one alias',
    // The first round trip finds that the conversation is not there.
    budget: budget(4, 0, 2),
    prepare: (world) => Promise.resolve(() => post(world, [ana], ids(1))),
  },
  {
    name: 'inbound message, first contact, two aliases',
    budget: budget(5, 0, 2),
    prepare: (world) => Promise.resolve(() => post(world, [{ ...ana, bsuid: 'ES.1' }], ids(1))),
  },
  {
    name: 'inbound message, delivered again',
    budget: budget(0),
    async prepare(world) {
      const [id] = ids(1) as [string];
      await post(world, [ana], [id]);
      return () => post(world, [ana], [id]);
    },
  },
  {
    name: '10 messages of one customer in a POST',
    events: 10,
    budget: budget(11),
    prepare: known([ana], 10),
  },
  {
    name: '10 messages of 10 customers in a POST',
    events: 10,
    budget: budget(20),
    prepare: known(people(10), 10),
  },
  {
    name: '100 messages of 100 customers in a POST',
    events: 100,
    budget: budget(200),
    prepare: known(people(100), 100),
  },
  { name: 'status of a message', budget: budget(1), prepare: statuses(1, ['delivered']) },
  {
    name: 'sent, delivered and read of a message in a POST',
    events: 3,
    budget: budget(1),
    prepare: statuses(1, ['sent', 'delivered', 'read']),
  },
  {
    name: 'the three statuses of 100 messages in a POST',
    events: 300,
    budget: budget(100),
    prepare: statuses(100, ['sent', 'delivered', 'read']),
  },
  {
    name: 'outbound message, taken',
    budget: budget(2),
    async prepare(world) {
      await post(world, [ana], ids(1));
      // What the conversation and the channel are is known from the message before.
      await world.product.send(AGENT, requestOf(world));
      return () => world.product.send(AGENT, requestOf(world));
    },
  },
  {
    name: 'outbound message, sent: claim and result',
    budget: budget(2, 0, 2),
    async prepare(world) {
      const payload = await intent(world);
      return () => world.product.deliver(payload);
    },
  },
  {
    name: 'outbound message, its task delivered again',
    // The claim is refused, and the message looked at.
    budget: budget(0, 1, 2),
    async prepare(world) {
      const payload = await intent(world);
      await world.product.deliver(payload);
      return () => world.product.deliver(payload);
    },
  },
  {
    name: 'outbound message, taken back',
    budget: budget(2, 2, 3),
    async prepare(world) {
      const { messageId } = await intent(world);
      return () => world.product.cancel(AGENT, messageId);
    },
  },
  { name: 'label a conversation', budget: budget(2, 1, 2), prepare: deed(addLabel) },
  {
    name: 'label it again',
    budget: budget(0, 1, 2),
    prepare: deed(addLabel, addLabel),
  },
  {
    name: 'assign a conversation',
    budget: budget(2, 2, 3),
    prepare: deed(
      (product, conversationId) => product.assign(AGENT, { conversationId, assigneeId: 'agent1' }),
      async (product) => {
        await product.db().doc('users/agent1').set({ role: 'agent', isActive: true });
      },
    ),
  },
  {
    name: 'resolve a conversation',
    budget: budget(2, 1, 2),
    prepare: deed((product, conversationId) =>
      product.setStatus(AGENT, { conversationId, status: 'resolved' }),
    ),
  },
  {
    name: 'add a note',
    budget: budget(2, 2, 3),
    prepare: deed((product, conversationId) =>
      product.addNote(AGENT, { conversationId, idempotencyKey: randomUUID(), text: 'Calls back' }),
    ),
  },
  {
    name: 'mark a conversation as read',
    budget: budget(1, 1, 2),
    prepare: deed((product, conversationId) => product.markRead(AGENT, { conversationId })),
  },
  {
    name: 'the schedule of a minute, with nothing due',
    budget: budget(0, 2, 2),
    prepare: ({ product }) =>
      Promise.resolve(() => Promise.all([product.processDue(), product.wakeSnoozed()])),
  },
];
