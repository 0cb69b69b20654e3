import { expect, it } from 'vitest';
import { db } from '../../src/platform/firestore';
import { signed, startInstance, type Instance } from '../support/instance';
import { useProject } from '../support/project';
import { connectChannel } from '../support/stored';
import { messagesBody, statusesBody, textMessage } from '../support/webhooks';

useProject('leak', { METRICS_FLUSH_SECONDS: '2' });

/** `npm run test:chaos` runs all 100,000. */
const EVENTS = process.env['RECADO_CHAOS'] ? 100_000 : 10_000;
const PER_POST = 100;
const CUSTOMERS = 200;
const OUTBOUND = 400;
const CONCURRENCY = 4;
const MAX_GROWTH = 1.02;

let posts = 0;
async function post(instance: Instance): Promise<void> {
  const n = posts++;
  const half = PER_POST / 2;
  const body =
    n % 2 === 0
      ? messagesBody(
          Array.from({ length: PER_POST }, (_, i) => ({
            from: { phone: String(34_600_000_000 + ((n * half + i) % CUSTOMERS)) },
            message: textMessage(`wamid.${n}.${i}`),
          })),
        )
      : statusesBody(
          Array.from({ length: PER_POST }, (_, i) => ({
            id: `wamid.out.${(n * half + i) % OUTBOUND}`,
            status: 'delivered',
            timestamp: String(1_795_000_000 + n),
            biz_opaque_callback_data: `out-${(n * half + i) % OUTBOUND}`,
          })),
        );
  const response = await fetch(instance.url, { method: 'POST', headers: signed(body), body });
  await response.text();
  if (response.status !== 200) throw new Error(`a webhook was answered ${response.status}`);
}

async function send(instance: Instance, events: number): Promise<void> {
  let left = events / PER_POST;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left-- > 0) await post(instance);
    }),
  );
}

it(
  `${EVENTS.toLocaleString('en')} events leave nothing behind in an instance: heap, listeners, handles`,
  { timeout: 900_000 },
  async () => {
    await connectChannel();
    const batch = db().batch();
    for (let n = 0; n < OUTBOUND; n++) {
      batch.set(db().doc(`messages/out-${n}`), { direction: 'out', contactId: 'c', type: 'text' });
    }
    await batch.commit();
    const instance = await startInstance('whatsappWebhook');

    // Caches fill and code is compiled first.
    await send(instance, Math.max(4_000, EVENTS * 0.2));
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
    expect(total(after.resources)).toBeLessThanOrEqual(total(before.resources) + CONCURRENCY);
  },
);
