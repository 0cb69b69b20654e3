import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import { deliver } from '../src/messages/deliver';
import { payloadOf } from '../src/messages/intent';
import { inboundId } from '../src/messages/rules';
import { sendInput, type OutboundMessage } from '../src/messages/schema';
import { send, sendBulk } from '../src/messages/send';
import { clearCaches } from '../src/platform/cache';
import { db, toVersion } from '../src/platform/firestore';
import { newId } from '../src/shared/ids';
import { receiveWebhook } from '../src/webhooks/receive';
import { billOf } from './support/meter';
import { useProject } from './support/project';
import { makeQueue } from './support/queues';
import { useSimulator } from './support/simulator';
import { clearFirestore, connectChannel, conversationOf } from './support/stored';
import { CHANNEL, messagesBody, statusesBody, textMessage } from './support/webhooks';

/** What each event may cost; the figures are the design's. */
useProject('budgets');

const ana = { phone: '34600111222' };
const inbound = (id: string, from: { phone?: string; bsuid?: string } = ana) =>
  receiveWebhook(messagesBody([{ from, message: textMessage(id) }]));
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

describe('an inbound message', () => {
  it('of a known conversation: 2 writes, no read, one round trip', async () => {
    await inbound('wamid.1');
    expect(await billOf(() => inbound('wamid.2'))).toEqual({
      reads: 0,
      writes: 2,
      deletes: 0,
      roundTrips: 1,
    });
  });

  it('the same on an instance that just started', async () => {
    await inbound('wamid.1');
    clearCaches();
    expect(await billOf(() => inbound('wamid.2'))).toMatchObject({ reads: 0, writes: 2 });
  });

  it('as first contact: 3 writes more, still no read', async () => {
    const both = { ...ana, bsuid: 'ES.1' };
    expect(await billOf(() => inbound('wamid.1', both))).toMatchObject({ reads: 0, writes: 5 });
    expect(await billOf(() => inbound('wamid.2', { phone: '34600999888' }))).toMatchObject({
      reads: 0,
      writes: 4,
    });
  });

  it('delivered again: nothing', async () => {
    await inbound('wamid.1');
    expect(await billOf(() => inbound('wamid.1'))).toMatchObject({ reads: 0, writes: 0 });
  });

  it('10 of one customer in a POST: 11 writes, one round trip', async () => {
    await inbound('wamid.0');
    const items = Array.from({ length: 10 }, (_, n) => ({
      from: ana,
      message: textMessage(`wamid.b${n}`),
    }));
    expect(await billOf(() => receiveWebhook(messagesBody(items)))).toEqual({
      reads: 0,
      writes: 11,
      deletes: 0,
      roundTrips: 1,
    });
  });
});

describe('an outbound message', () => {
  const request = () =>
    sendInput.parse({
      idempotencyKey: newId(),
      conversationId: conversationOf(ana.phone),
      message: { type: 'text', text: { body: 'Hello' } },
    });

  it('4 writes, no read: intent and conversation, claim, result; a status each 1', async () => {
    await inbound('wamid.1');
    await simulator.customerSends(ana.phone, { messages: [{ type: 'text', text: 'hi' }] });
    // What the conversation and channel are is known from the message before.
    await send(agent, request());
    const message = request();
    const { idempotencyKey: id } = message;
    expect(await billOf(() => send(agent, message))).toMatchObject({
      reads: 0,
      writes: 2,
      roundTrips: 1,
    });

    const snapshot = await db().doc(`messages/${id}`).get();
    const payload = payloadOf(
      id,
      snapshot.data() as OutboundMessage,
      toVersion(snapshot.updateTime as never),
    );
    expect(await billOf(() => deliver(payload))).toMatchObject({
      reads: 0,
      writes: 2,
      roundTrips: 2,
    });

    const { wamid } = (await db().doc(`messages/${id}`).get()).data() as OutboundMessage;
    const status = (name: string) =>
      statusesBody([
        {
          id: wamid,
          status: name,
          timestamp: '1',
          recipient_id: ana.phone,
          biz_opaque_callback_data: id,
        },
      ]);
    for (const name of ['sent', 'delivered', 'read', 'read']) {
      expect(await billOf(() => receiveWebhook(status(name)))).toEqual({
        reads: 0,
        writes: 1,
        deletes: 0,
        roundTrips: 1,
      });
    }
  });

  it('the three statuses of 100 messages in one POST: 100 writes, one round trip', async () => {
    const ids = Array.from({ length: 100 }, () => newId());
    const batch = db().batch();
    for (const id of ids) batch.set(db().doc(`messages/${id}`), { direction: 'out' });
    await batch.commit();
    const statuses = ids.flatMap((id) =>
      ['sent', 'delivered', 'read'].map((status) => ({
        id: `w.${id}`,
        status,
        timestamp: '1',
        biz_opaque_callback_data: id,
      })),
    );
    expect(await billOf(() => receiveWebhook(statusesBody(statuses)))).toEqual({
      reads: 0,
      writes: 100,
      deletes: 0,
      roundTrips: 1,
    });
  });

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
    // The one that is refused is counted here, but not billed; then there is its dead letter.
    expect(await billOf(() => receiveWebhook(body))).toEqual({
      reads: 1,
      writes: 101,
      deletes: 0,
      roundTrips: 3,
    });
  });

  it('50 refused as unwanted offers: a read and two writes each, three round trips', async () => {
    const batch = db().batch();
    for (let n = 0; n < 50; n++) {
      const contactId = `contact${n}`;
      batch.set(db().doc(`contacts/${contactId}`), { optOut: null });
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
      reads: 50,
      writes: 100,
      deletes: 0,
      roundTrips: 3,
    });
    const contact = await db().doc('contacts/contact49').get();
    expect(contact.get('optOut')).toMatchObject({ source: 'delivery' });
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

  it('ids of inbound messages show neither number nor wamid', () => {
    expect(inboundId(CHANNEL, 'wamid.HBgL')).toMatch(/^[0-9a-f]{40}$/);
  });
});
