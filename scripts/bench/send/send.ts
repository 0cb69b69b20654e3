import { setTimeout } from 'node:timers/promises';
import { sendBulk } from '../../../functions/lib/messages/send.js';
import { closeDb } from '../../../functions/lib/platform/firestore.js';
import { LOCAL } from '../../lib/localConfig.ts';
import { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import { hostFunction } from '../hosted.ts';
import { runClosed } from '../load.ts';
import { plainFirestore, type PlainFirestore } from '../plainFirestore.ts';
import { makeQueue } from '../queues.ts';
import { measure } from '../rounds.ts';
import { latencyOf } from '../statistics.ts';
import type { Benchmark, Sample, Trial } from '../types.ts';
import { sendAsPeopleDo, sendRaw } from './byHand.ts';
import { COUNT, makeIntents, openConversations, type Intent } from './intents.ts';

const PROJECT = 'demo-bench-send';
const CONCURRENCY = 32;
const TIMEOUT_MS = 60_000;

/** From the call that takes messages until WhatsApp has accepted all of them. */
export const send: Benchmark = {
  summary:
    `${COUNT} messages taken in one call, through the Cloud Tasks emulator (which looks at its ` +
    'queue every second or two) and the deployed task function in its own process, to the ' +
    'simulated WhatsApp; baseline: one by one, without a queue; limit: the same commits and calls ' +
    `alone, ${CONCURRENCY} at once`,
  async run(context) {
    const { simulatorUrl } = await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await closeDb();
    const firestore = plainFirestore(PROJECT);
    const simulator = new SimulatorClient(simulatorUrl);
    // The Cloud Tasks emulator signs no tokens; with this, none is asked for.
    const environment = { GCLOUD_PROJECT: PROJECT, FUNCTIONS_EMULATOR: 'true' };
    const [queue, webhook] = await Promise.all([
      hostFunction('queue.normal', environment),
      hostFunction('whatsappWebhook', environment),
    ]);
    try {
      context.progress('conversations');
      await makeQueue('queue-normal', queue.url);
      const channel = { displayPhoneNumber: '+34 600 000 001', throughput: 1_000, paused: null };
      await firestore.doc(`channels/${LOCAL.channelId}`).set({ ...channel, quality: null });
      await simulator.reset({
        webhookUrl: webhook.url,
        throughput: { enabled: false },
        pairLimit: { enabled: false },
      });
      await openConversations(simulator);
      // Statuses are what the webhook's benchmark is about.
      await simulator.config({ webhookUrl: '' });
      return { entries: await measure(context, [trialOf(firestore, simulatorUrl)], 5) };
    } finally {
      await Promise.all([queue.stop(), webhook.stop(), firestore.terminate(), closeDb()]);
    }
  },
};

function trialOf(firestore: PlainFirestore, simulatorUrl: string): Trial {
  const byHand = (way: typeof sendRaw, concurrency: number) => async (): Promise<Sample> => {
    const jobs = makeIntents().map((intent) => () => way(firestore, simulatorUrl, intent));
    return { throughput: COUNT / (await runClosed(jobs, concurrency)) };
  };
  return {
    name: 'intent to accepted:',
    figures: [
      { name: 'throughput', unit: 'messages/s', better: 'higher' },
      { name: 'p50', unit: 'ms', better: 'lower' },
      { name: 'p95', unit: 'ms', better: 'lower' },
      { name: 'p99', unit: 'ms', better: 'lower' },
    ],
    value: () => throughQueue(firestore),
    baseline: byHand(sendAsPeopleDo, 1),
    limit: byHand(sendRaw, CONCURRENCY),
    warmUp: ['value', 'baseline', 'limit'],
  };
}

async function throughQueue(firestore: PlainFirestore): Promise<Sample> {
  const intents = makeIntents();
  const started = Date.now();
  const results = await sendBulk(
    { uid: 'agent1', role: 'agent' },
    intents.map(({ idempotencyKey, conversationId, message }) => ({
      idempotencyKey,
      conversationId,
      message,
    })),
  );
  const refused = results.find((result) => result instanceof Error);
  if (refused) throw refused;
  const times = await acceptedTimes(firestore, intents);
  return {
    throughput: (COUNT * 1_000) / (Math.max(...times) - started),
    ...latencyOf(times.map((time) => time - started)),
  };
}

/** When WhatsApp accepted each, as the product recorded it. Waits until all are. */
async function acceptedTimes(firestore: PlainFirestore, intents: Intent[]): Promise<number[]> {
  const refs = intents.map(({ idempotencyKey }) => firestore.doc(`messages/${idempotencyKey}`));
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const snapshots = await firestore.getAll(...refs, { fieldMask: ['acceptedAt'] });
    const times = snapshots.flatMap((doc) => (doc.get('acceptedAt') as number | undefined) ?? []);
    if (times.length === COUNT) return times;
    if (Date.now() > end) throw new Error(`${times.length} of ${COUNT} were accepted in a minute`);
    // Seldom enough not to be what is measured.
    await setTimeout(250);
  }
}
