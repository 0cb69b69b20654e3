import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import type { SimulatorClient } from '../../scripts/whatsapp-simulator/client.ts';
import { freePorts } from '../../scripts/lib/ports.ts';
import { whatsappWebhook } from '../src/entry/http/whatsappWebhook';
import { processDue } from '../src/messages/due';
import { messageState } from '../src/messages/rules';
import { sendBulk } from '../src/messages/send';
import { now, setClock } from '../src/platform/clock';
import { AppError } from '../src/shared/errors';
import { host } from './support/hosting';
import { useProject } from './support/project';
import { makeQueue } from './support/queues';
import { seededRandom } from './support/random';
import { useSimulator } from './support/simulator';
import { allMessages, connectChannel, conversationOf } from './support/stored';
import { waitFor } from './support/waitFor';

useProject('kill');

const ROOT = join(import.meta.dirname, '..', '..');
const SENDS = 500;
const KILLS = 20;

/** The deployed send function, compiled, in a process of its own, as production hosts it. */
function startSender(port: number): ChildProcess {
  const framework = join(ROOT, 'node_modules', '.bin', 'functions-framework');
  return spawn(
    process.execPath,
    [
      framework,
      '--source',
      join(ROOT, 'functions'),
      '--target',
      'queue.normal',
      '--port',
      String(port),
    ],
    {
      env: { ...process.env, FUNCTION_TARGET: 'queue.normal' },
      stdio: ['ignore', 'ignore', 'ignore'],
    },
  );
}

let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    throughput: { enabled: false, mps: 0 },
    // Slow enough that a kill meets sends in every state.
    statuses: { sentMs: 20, deliveredMs: 40, readMs: 60 },
  });
});

it(
  `${SENDS} sends, the sender killed ${KILLS} times: nobody gets two, none is lost`,
  { timeout: 180_000 },
  async () => {
    const random = seededRandom('SIGKILL');
    await simulator.setFaults([{ kind: 'latency', ms: 20 }]);
    const { port } = await freePorts({ port: 0 });
    await makeQueue('queue-normal', `http://127.0.0.1:${port}`, {
      perSecond: 60,
      maxAttempts: 1_000,
      concurrent: 8,
    });
    await connectChannel();

    const phones = Array.from({ length: SENDS }, (_, n) => String(34_610_000_000 + n));
    await simulator.inbound({
      customers: phones.map((waId) => ({ waId, messages: [{ type: 'text', text: 'Hola' }] })),
    });
    await simulator.idle(60_000);

    let sender = startSender(port);
    onTestFinished(() => void sender.kill('SIGKILL'));
    const results = await sendBulk(
      { uid: 'agent1', role: 'agent' },
      phones.map((phone, n) => ({
        idempotencyKey: `kill-test-${n}`,
        conversationId: conversationOf(phone),
        message: { type: 'text', text: { body: `Message ${n}` } },
      })),
    );
    expect(results.filter((result) => result instanceof AppError)).toEqual([]);

    const points = Array.from(
      { length: KILLS },
      () => 1 + random.below(SENDS - KILLS * 8 - 20),
    ).sort((a, b) => a - b);
    for (const point of points) {
      await waitFor(
        `${point} accepted sends`,
        async () => (await simulator.counts()).total >= point,
        60_000,
      );
      sender.kill('SIGKILL');
      sender = startSender(port);
    }

    const states = async (): Promise<Map<string, string>> =>
      new Map(
        (await allMessages())
          .filter(({ direction }) => direction === 'out')
          .map((message) => [message.id, messageState(message)]),
      );
    // Whatever a kill left is either unclaimed, and delivered again, or claimed, and in doubt.
    await waitFor(
      'every message to be read or in doubt',
      async () =>
        [...(await states()).values()].every((state) => state === 'read' || state === 'sending'),
      60_000,
    );
    await simulator.idle(30_000);
    const later = now() + 20 * 60_000;
    const restoreClock = setClock(() => later);
    await processDue();
    restoreClock();

    const { total, byRecipient, duplicates } = await simulator.counts();
    const final = await states();
    const read = [...final.values()].filter((state) => state === 'read').length;
    const unknown = [...final.values()].filter((state) => state === 'unknown').length;
    console.log(`SIGKILL: ${total} accepted, ${read} read, ${unknown} unknown`);

    expect(duplicates).toEqual([]);
    expect(Math.max(...Object.values(byRecipient))).toBe(1);
    expect(final.size).toBe(SENDS);
    // What WhatsApp took is read; what it did not take was in doubt, and is shown as unknown.
    expect(read).toBe(total);
    expect(read + unknown).toBe(SENDS);
    expect(unknown).toBeLessThanOrEqual(KILLS * 8);
  },
);
