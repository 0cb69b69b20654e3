import { beforeAll, describe, expect, it } from 'vitest';
import { messageState } from '../src/messages/rules';
import type { OutboundMessage } from '../src/messages/schema';
import { db } from '../src/platform/firestore';
import { mapConcurrently } from '../src/shared/async';
import { receiveWebhook } from '../src/webhooks/receive';
import { useProject } from './support/project';
import { seededRandom } from './support/random';
import { allDeadLetters, clearFirestore, messageAt } from './support/stored';
import { statusesBody } from './support/webhooks';

useProject('statuses');
beforeAll(clearFirestore);

const record = { wamid: 'wamid.x', acceptedAt: 5 };
const claimed = {
  direction: 'out',
  sendAt: null,
  attempts: 0,
  claimedAt: 1,
  dueAt: 99,
  contactId: 'c',
  timestamp: 1,
};
const status = (name: string, id: string, extra: object = {}) =>
  statusesBody([
    { id: 'wamid.x', status: name, timestamp: '7', biz_opaque_callback_data: id, ...extra },
  ]);

function permutations<T>(items: T[]): T[][] {
  if (items.length <= 1) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}

describe('statuses', () => {
  it('in every order, with duplicates, before or after the send is recorded, give one state', async () => {
    const random = seededRandom('statuses');
    const orders = permutations(['record', 'sent', 'delivered', 'read']);
    await mapConcurrently(orders, 8, async (order, n) => {
      const id = `order-${n}-0000`;
      const message = db().doc(`messages/${id}`);
      await message.set(claimed);
      const withDuplicates = order.flatMap((step) => (random.below(2) ? [step, step] : [step]));
      const again = random.shuffle(order.filter((step) => step !== 'record'));
      // Each step meets what the earlier ones left, so they come one after the other.
      for (const step of [...withDuplicates, ...again]) {
        if (step === 'record') await message.update(record);
        else await receiveWebhook(status(step, id));
      }
      const stored = (await messageAt(id)) as OutboundMessage;
      expect([order, messageState(stored)]).toEqual([order, 'read']);
      expect(stored).toMatchObject({
        wamid: 'wamid.x',
        acceptedAt: 5,
        sentAt: 7_000,
        deliveredAt: 7_000,
        readAt: 7_000,
      });
    });
  });

  it('settle a send whose answer was lost', async () => {
    await db().doc('messages/doubt-0001').set(claimed);
    await receiveWebhook(status('sent', 'doubt-0001'));
    const stored = await messageAt('doubt-0001');
    expect(stored).toMatchObject({ wamid: 'wamid.x' });
    expect(stored?.dueAt).toBeUndefined();
  });

  it('keep the error of a failure, and a later “delivered” counts for more', async () => {
    await db()
      .doc('messages/failed-0001')
      .set({ ...claimed, ...record });
    const errors = [
      { code: 131026, title: 'Message undeliverable', error_data: { details: 'no WhatsApp' } },
    ];
    await receiveWebhook(status('failed', 'failed-0001', { errors }));
    const stored = (await messageAt('failed-0001')) as OutboundMessage;
    expect(messageState(stored)).toBe('failed');
    expect(stored.error).toEqual({
      code: 131026,
      reason: 'undeliverable',
      title: 'Message undeliverable',
      details: 'no WhatsApp',
    });

    await receiveWebhook(status('delivered', 'failed-0001'));
    expect(messageState((await messageAt('failed-0001')) as OutboundMessage)).toBe('delivered');
  });

  it('without our word are found by WhatsApp’s id', async () => {
    await db()
      .doc('messages/byid-0001')
      .set({ ...claimed, wamid: 'wamid.only' });
    await receiveWebhook(statusesBody([{ id: 'wamid.only', status: 'read', timestamp: '7' }]));
    expect(await messageAt('byid-0001')).toMatchObject({ readAt: 7_000 });
  });

  it('of messages that nobody knows are kept, and fail nothing', async () => {
    await db().doc('messages/known-0001').set(claimed);
    const body = statusesBody([
      { id: 'wamid.a', status: 'read', timestamp: '7', biz_opaque_callback_data: 'nobody-0001' },
      { id: 'wamid.b', status: 'exploded', timestamp: '7' },
      { id: 'wamid.c', status: 'read', timestamp: '7', biz_opaque_callback_data: 'known-0001' },
    ]);
    expect(await receiveWebhook(body)).toMatchObject({ statuses: 1, deadLetters: 2 });
    await receiveWebhook(body);
    expect((await allDeadLetters()).map(({ kind }) => kind).sort()).toEqual(['status', 'webhook']);
  });

  it('whose word can be no message’s id are kept too', async () => {
    const body = statusesBody([
      { id: 'wamid.d', status: 'read', timestamp: '7', biz_opaque_callback_data: '__reserved__' },
      { id: 'wamid.e', status: 'read', timestamp: '8', biz_opaque_callback_data: 'known-0001' },
    ]);
    expect(await receiveWebhook(body)).toMatchObject({ statuses: 1, deadLetters: 1 });
    expect(await messageAt('known-0001')).toMatchObject({ readAt: 8_000 });
  });
});
