import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/bench/cost/operations.ts';
import type { Product } from '../../scripts/bench/cost/world.ts';
import type { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import { aliasIds } from '../src/contacts/rules';
import { assign } from '../src/conversations/assign';
import { label } from '../src/conversations/label';
import { markRead } from '../src/conversations/markRead';
import { conversationIdOf } from '../src/conversations/rules';
import { setStatus } from '../src/conversations/setStatus';
import { wakeSnoozed } from '../src/conversations/snoozes';
import { addNote } from '../src/messages/addNote';
import { cancel } from '../src/messages/cancel';
import { deliver } from '../src/messages/deliver';
import { processDue } from '../src/messages/due';
import { payloadOf } from '../src/messages/intent';
import { inboundId } from '../src/messages/rules';
import { sendInput } from '../src/messages/schema';
import { send, sendBulk } from '../src/messages/send';
import { clearCaches } from '../src/platform/cache';
import { db, toVersion } from '../src/platform/firestore';
import { onFirestoreOperation } from '../src/platform/meter';
import { newId } from '../src/shared/ids';
import { receiveWebhook } from '../src/webhooks/receive';
import { billOf } from './support/meter';
import { useProject } from './support/project';
import { makeQueue } from './support/queues';
import { useSimulator } from './support/simulator';
import { clearFirestore, connectChannel } from './support/stored';
import { CHANNEL, messagesBody, statusesBody, textMessage } from './support/webhooks';

/** What each operation costs, exactly; `npm run bench -- cost` prints the same table. */
useProject('budgets');

/** The product as it is written. */
const product: Product = {
  addNote,
  aliasIds,
  assign,
  cancel,
  clearCaches,
  conversationIdOf,
  db,
  deliver,
  label,
  markRead,
  onFirestoreOperation,
  payloadOf,
  processDue,
  receiveWebhook,
  send,
  sendInput,
  setStatus,
  toVersion,
  wakeSnoozed,
};
const agent = { uid: 'agent1', role: 'agent' } as const;
let simulator: SimulatorClient;

beforeAll(async () => {
  simulator = await useSimulator('');
  // Tasks go nowhere: each step is measured by itself.
  await makeQueue('queue-normal', 'http://127.0.0.1:9');
});
beforeEach(async () => {
  await clearFirestore();
  clearCaches();
  await connectChannel();
});

describe('the bill of', () => {
  it.each(OPERATIONS)('$name', async ({ budget, prepare }) => {
    const measured = await prepare({ product, simulator });
    expect(await billOf(measured)).toEqual(budget);
  });
});

describe('what is not usual', () => {
  it('a status of an unknown message among 100: a look for it, and nothing twice', async () => {
    const ids = Array.from({ length: 99 }, () => newId());
    const batch = db().batch();
    for (const id of ids) batch.set(db().doc(`messages/${id}`), { direction: 'out' });
    await batch.commit();
    const body = statusesBody(
      [...ids, newId()].map((id) => ({
        id: `w.${id}`,
        status: 'read',
        timestamp: '1',
        biz_opaque_callback_data: id,
      })),
    );
    // All at once, each by itself, the look, its dead letter. The one that is refused is counted
    // here, but not billed.
    expect(await billOf(() => receiveWebhook(body))).toEqual({
      reads: 1,
      writes: 101,
      deletes: 0,
      roundTrips: 4,
    });
  });

  it('50 refused as unwanted offers: two reads and three writes each, four round trips', async () => {
    const batch = db().batch();
    for (let n = 0; n < 50; n++) {
      const contactId = `contact${n}`;
      batch.set(db().doc(`contacts/${contactId}`), { consents: {} });
      batch.set(db().doc(`messages/refused-${n}-00`), { direction: 'out', contactId });
    }
    await batch.commit();
    const body = statusesBody(
      Array.from({ length: 50 }, (_, n) => ({
        id: `w.${n}`,
        status: 'failed',
        timestamp: '1',
        biz_opaque_callback_data: `refused-${n}-00`,
        errors: [{ code: 131050, title: 'stopped' }],
      })),
    );
    expect(await billOf(() => receiveWebhook(body))).toEqual({
      reads: 100,
      writes: 150,
      deletes: 0,
      roundTrips: 4,
    });
    const contact = await db().doc('contacts/contact49').get();
    expect(contact.get('consents.marketing')).toMatchObject({ source: 'delivery' });
  });

  it('30 to numbers in one call: their conversations in one round trip, the writes in another', async () => {
    const numbers = Array.from({ length: 30 }, (_, n) => `346001112${n + 10}`);
    await receiveWebhook(
      messagesBody(
        numbers.map((phone) => ({ from: { phone }, message: textMessage(`wamid.${phone}`) })),
      ),
    );
    clearCaches();
    const messages = numbers.map((to) => ({
      idempotencyKey: newId(),
      to,
      channelId: CHANNEL,
      message: { type: 'text', text: { body: 'Hello' } },
    }));
    let results: unknown[] = [];
    const bill = await billOf(async () => (results = await sendBulk(agent, messages)));
    expect(results.filter((result) => result instanceof Error)).toEqual([]);
    // The channel is the one read more.
    expect(bill).toEqual({ reads: 31, writes: 60, deletes: 0, roundTrips: 3 });
  });
});

it('ids of inbound messages show neither number nor wamid', () => {
  expect(inboundId(CHANNEL, 'wamid.HBgL')).toMatch(/^[0-9a-f]{40}$/);
});
