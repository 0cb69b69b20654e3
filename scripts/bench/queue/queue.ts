import { randomUUID } from 'node:crypto';
import thresholds from '../../../functions/src/shared/thresholds.json' with { type: 'json' };
import { runClosedModel, type ClosedLoad } from '../../../load-tests/closedModel.ts';
import { LOCAL } from '../../lib/localConfig.ts';
import { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import { emptyProject } from '../emptyProject.ts';
import { hostFunction } from '../hosted.ts';
import { runClosed } from '../load.ts';
import { memberToken, UNVERIFIED_TOKENS } from '../member.ts';
import { plainFirestore, type PlainFirestore } from '../plainFirestore.ts';
import { makeQueue } from '../queues.ts';
import { measure } from '../rounds.ts';
import { makeIntents, openConversations } from '../send/intents.ts';
import type { Benchmark, Figure, Sample, Trial } from '../types.ts';

const PROJECT = 'demo-bench-queue';
const MEMBER = 'supervisor1';
const CONNECTIONS = 100;
const CALLS = 3_000;
const ROUNDS = 3;
const BULK = 10;
/** What is added is not to be sent meanwhile: that would be the benchmark `send`. */
const HELD = { perSecond: 1, concurrent: 1 };

/** What apps do with the queue, over as many connections as fit. */
export const queue: Benchmark = {
  summary:
    `calls over ${CONNECTIONS} connections (a closed model) into the deployed callables, each in ` +
    'a process of its own; a message that is added is stored with its conversation and handed to ' +
    'the Cloud Tasks emulator; limit: the same commits alone, without calls, checks and tasks',
  async run(context) {
    const { simulatorUrl } = await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await emptyProject();
    const firestore = plainFirestore(PROJECT);
    const environment = {
      GCLOUD_PROJECT: PROJECT,
      FUNCTIONS_EMULATOR: 'true',
      ...UNVERIFIED_TOKENS,
    };
    const [add, bulk, metrics, webhook, sender] = await Promise.all(
      [
        'messages.send',
        'messages.sendBulk',
        'queue.metrics',
        'whatsappWebhook',
        'queue.normal',
      ].map((target) => hostFunction(target, environment)),
    );
    const hosted = [add, bulk, metrics, webhook, sender].filter((each) => each !== undefined);
    try {
      if (!add || !bulk || !metrics || !webhook || !sender) throw new Error('nothing is hosted');
      context.progress('conversations');
      for (const priority of ['critical', 'normal', 'low']) {
        await makeQueue(`queue-${priority}`, sender.url, HELD);
      }
      await storeWorld(firestore);
      const simulator = new SimulatorClient(simulatorUrl);
      await simulator.reset({ webhookUrl: webhook.url });
      await openConversations(simulator);
      await simulator.config({ webhookUrl: '' });
      const urls = { add: add.url, bulk: bulk.url, metrics: metrics.url };
      return { entries: await measure(context, trialsOf(urls, firestore), ROUNDS) };
    } finally {
      await Promise.all([...hosted.map((each) => each.stop()), firestore.terminate()]);
    }
  },
};

async function storeWorld(firestore: PlainFirestore): Promise<void> {
  const channel = { displayPhoneNumber: '+34 600 000 001', throughput: 1_000, paused: null };
  await firestore.doc(`channels/${LOCAL.channelId}`).set({ ...channel, quality: null });
  await firestore
    .doc(`users/${MEMBER}`)
    .set({ name: 'Ada', email: 'ada@example.com', role: 'supervisor', isActive: true });
}

const INTENTS = makeIntents().map(({ conversationId, message }) => ({ conversationId, message }));
let turn = 0;
/** The next message, to the customers by turns. */
const intent = (fields: object = {}) => {
  const { conversationId, message } = INTENTS[turn++ % INTENTS.length] as (typeof INTENTS)[number];
  return { idempotencyKey: randomUUID(), conversationId, message, ...fields };
};

type Operation = Pick<ClosedLoad, 'url' | 'data'>;

function trialsOf(
  urls: Record<'add' | 'bulk' | 'metrics', string>,
  firestore: PlainFirestore,
): Trial[] {
  const add: Operation = { url: urls.add, data: () => intent() };
  const bulk: Operation = {
    url: urls.bulk,
    data: () => ({ messages: Array.from({ length: BULK }, () => intent()) }),
  };
  const metrics: Operation = { url: urls.metrics, data: () => ({ channelId: LOCAL.channelId }) };
  const priority: Operation = {
    url: urls.add,
    data: () => intent({ priority: (['critical', 'normal', 'low'] as const)[turn % 3] }),
  };
  return [
    { ...trial('add', add, 1), limit: commits(firestore, 1) },
    { ...trial(`add ${BULK} at once`, bulk, BULK), limit: commits(firestore, BULK) },
    { ...trial('add with a priority', priority, 1), limit: commits(firestore, 1) },
    trial('get metrics', metrics),
    {
      name: `70 % add, 20 % get metrics, 10 % add ${BULK} at once`,
      figures: [{ name: '', unit: 'calls/s', better: 'higher' }],
      value: () =>
        mixed([
          [add, 0.7],
          [metrics, 0.2],
          [bulk, 0.1],
        ]),
      warmUp: ['value'],
    },
  ];
}

/** Over full connections a latency says how many calls there are at once: it has no goal. */
const LATENCIES: readonly Figure[] = ['p50', 'p97.5', 'p99'].map((name) => ({
  name,
  unit: 'ms',
  better: 'lower',
}));

/** @param size messages a call; left out where it adds none */
function trial(name: string, operation: Operation, size?: number): Trial {
  const throughput: Figure =
    size === undefined
      ? { name: '', unit: 'calls/s', better: 'higher' }
      : {
          ...{ name: '', unit: 'messages/s', better: 'higher' },
          goals: [{ of: 'value', atLeast: thresholds.throughputPerSecond.queue }],
        };
  const amount = CALLS / (size ?? 1);
  return {
    name,
    figures: [throughput, ...LATENCIES],
    async value() {
      const { duration, latency } = await runClosedModel(loadOf(operation, amount, CONNECTIONS));
      return {
        '': (amount * (size ?? 1)) / duration,
        p50: latency.p50,
        'p97.5': latency.p97_5,
        p99: latency.p99,
      };
    },
    warmUp: ['value'],
  };
}

/** The least that has to be done for the same messages. */
const commits = (firestore: PlainFirestore, size: number) => async (): Promise<Sample> => {
  const jobs = Array.from({ length: CALLS / size }, () => () => commit(firestore, size));
  return { '': CALLS / (await runClosed(jobs, CONNECTIONS)) };
};

const loadOf = (operation: Operation, amount: number, connections: number): ClosedLoad => ({
  ...operation,
  ...{ amount, connections, token: memberToken(PROJECT, MEMBER, 'supervisor') },
});

/** Each operation has its share of the calls and of the connections. */
async function mixed(parts: readonly [Operation, share: number][]): Promise<Sample> {
  const started = performance.now();
  await Promise.all(
    parts.map(([operation, share]) =>
      runClosedModel(loadOf(operation, CALLS * share, CONNECTIONS * share)),
    ),
  );
  return { '': CALLS / ((performance.now() - started) / 1_000) };
}

/** What has to be stored of so many messages, and nothing else. */
async function commit(firestore: PlainFirestore, size: number): Promise<void> {
  const batch = firestore.batch();
  for (let n = 0; n < size; n++) {
    const { idempotencyKey, conversationId, message } = intent();
    const at = Date.now();
    batch.create(firestore.doc(`messages/raw-${idempotencyKey}`), {
      ...message,
      conversationId,
      at,
    });
    batch.update(firestore.doc(`conversations/${conversationId}`), { lastMessageAt: at });
  }
  await batch.commit();
}
