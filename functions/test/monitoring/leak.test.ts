import { expect, it } from 'vitest';
import { db } from '../../src/platform/firestore';
import { signed, startInstance, type Instance } from '../support/instance';
import { useProject } from '../support/project';
import { connectChannel } from '../support/stored';
import { messagesBody, statusesBody, textMessage } from '../support/webhooks';

useProject('leak', { METRICS_FLUSH_SECONDS: '2' });

const EVENTS = 100_000;
const PER_POST = 100;
/** Each has customers and messages of its own: contention is no leak. */
const SENDERS = 2;
const MAX_GROWTH = 1.02;

let posts = 0;
const outId = (sender: number, n: number): string => `outbound-${sender}-${n}`;

/** By turns a message of each of the sender's customers, and a status of each of its messages. */
async function post(instance: Instance, sender: number): Promise<void> {
  const n = posts++;
  const each = Array.from({ length: PER_POST }, (_, i) => i);
  const body =
    n % 2 === 0
      ? messagesBody(
          each.map((i) => ({
            from: { phone: String(34_600_000_000 + sender * PER_POST + i) },
            message: textMessage(`wamid.${n}.${i}`),
          })),
        )
      : statusesBody(
          each.map((i) => ({
            id: `wamid.${outId(sender, i)}`,
            status: 'delivered',
            timestamp: String(1_795_000_000 + n),
            biz_opaque_callback_data: outId(sender, i),
          })),
        );
  // A busy emulator refuses now and then; WhatsApp delivers again.
  for (let tries = 1; (await statusOf(instance, body)) !== 200; tries++) {
    if (tries === MAX_TRIES) throw new Error(JSON.stringify(instance.lines().slice(-3)));
  }
}

const MAX_TRIES = 10;

async function statusOf({ url }: Instance, body: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', headers: signed(body), body });
  await response.text();
  return response.status;
}

async function send(instance: Instance, events: number): Promise<void> {
  let left = events / PER_POST;
  await Promise.all(
    Array.from({ length: SENDERS }, async (_, sender) => {
      while (left-- > 0) await post(instance, sender);
    }),
  );
}

it(
  `${EVENTS.toLocaleString('en')} events leave nothing behind in an instance: heap, listeners, handles`,
  { timeout: 1_800_000 },
  async () => {
    await connectChannel();
    const batch = db().batch();
    for (let n = 0; n < SENDERS * PER_POST; n++) {
      const id = outId(n % SENDERS, Math.floor(n / SENDERS));
      batch.set(db().doc(`messages/${id}`), { direction: 'out', contactId: 'c', type: 'text' });
    }
    await batch.commit();
    const instance = await startInstance('whatsappWebhook');

    // Caches fill and code is compiled first.
    await send(instance, EVENTS * 0.2);
    const before = await instance.held();
    await send(instance, EVENTS);
    const after = await instance.held();

    const mb = (bytes: number): string => (bytes / 1024 / 1024).toFixed(2);
    console.log(
      `leak: ${EVENTS} events, heap ${mb(before.heapBytes)} → ${mb(after.heapBytes)} MB, ` +
        `${JSON.stringify(after.resources)}, ${after.cleanUps} clean-ups`,
    );
    expect(after.heapBytes / before.heapBytes).toBeLessThan(MAX_GROWTH);
    expect(after.listeners).toEqual(before.listeners);
    expect(after.cleanUps).toBe(before.cleanUps);
    const total = (held: Record<string, number>): number =>
      Object.values(held).reduce((sum, count) => sum + count, 0);
    // Connections come and go with the concurrency; they may not grow with the events.
    expect(total(after.resources)).toBeLessThanOrEqual(total(before.resources) + SENDERS);
  },
);
