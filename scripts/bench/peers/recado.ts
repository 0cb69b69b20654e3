import { setTimeout } from 'node:timers/promises';
import { aliasIds } from '../../../functions/lib/contacts/rules.js';
import { conversationIdOf } from '../../../functions/lib/conversations/rules.js';
import { LOCAL } from '../../lib/localConfig.ts';
import { freePorts } from '../../lib/ports.ts';
import { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import { emptyProject } from '../emptyProject.ts';
import { killAt } from '../kills.ts';
import { memberToken, UNVERIFIED_TOKENS } from '../member.ts';
import { plainFirestore, type PlainFirestore } from '../plainFirestore.ts';
import { differenceOf, startFunction, useOf, type Process } from '../processes.ts';
import { makeQueue } from '../queues.ts';
import { openConversations } from '../send/intents.ts';
import { handOver, makeMessages, post, prepareWhatsapp, seenBy, type Message } from './messages.ts';
import type { Ran, Run } from './run.ts';

const PROJECT = 'demo-bench-peers';
const MEMBER = 'agent1';
const TIMEOUT_MS = 300_000;
/** How often the schedule runs that looks after what a dead sender left. */
const MINUTE_MS = 60_000;

/** Hands the messages to the product, with every function in an instance of its own. */
export async function runOnRecado(simulatorUrl: string, run: Run): Promise<Ran> {
  process.env['GCLOUD_PROJECT'] = PROJECT;
  await emptyProject();
  const firestore = plainFirestore(PROJECT);
  const simulator = new SimulatorClient(simulatorUrl);
  const environment = {
    GCLOUD_PROJECT: PROJECT,
    // The emulators sign neither tasks nor the member's token; with these, none is asked for.
    FUNCTIONS_EMULATOR: 'true',
    ...UNVERIFIED_TOKENS,
    IN_DOUBT_GRACE_MINUTES: '1',
  };
  const ports = await freePorts({ api: 0, sender: 0, webhook: 0, minute: 0 });
  const start = (name: keyof typeof ports, target: string): Process =>
    startFunction(target, `peers-${name}`, ports[name], environment);
  const startSender = (): Process => start('sender', 'queue.normal');
  const others = [
    start('api', 'messages.send'),
    start('webhook', 'whatsappWebhook'),
    start('minute', 'schedules.everyMinute'),
  ];
  const senders = [startSender()];
  const url = (name: keyof typeof ports): string => `http://127.0.0.1:${ports[name]}`;
  try {
    await Promise.all([...others, ...senders].map(({ listening }) => listening));
    await makeQueue('queue-normal', url('sender'));
    await storeWorld(firestore, run.mps);
    await prepareWhatsapp(simulator, url('webhook'), run);
    const messages = makeMessages(run.messages);
    const phones = messages.map(({ phone }) => phone);
    await openConversations(simulator, phones);

    const before = await useOf([...others, ...senders]);
    const stopMinutes = startMinutes(url('minute'));
    const [{ dueAt, taken }] = await Promise.all([
      handOver(messages, run.perSecond, (message) => send(url('api'), message)),
      untilOver(firestore, run),
      run.kills &&
        killAt(run.kills, simulator, async () => {
          await senders.at(-1)?.kill();
          senders.push(startSender());
        }),
    ]).finally(stopMinutes);
    await simulator.idle(30_000);
    return {
      ...(await seenBy(simulator, dueAt)),
      taken,
      outcomes: await outcomesOf(firestore),
      used: differenceOf(await useOf([...others, ...senders]), before),
    };
  } finally {
    await Promise.all([...others, ...senders].map((each) => each.stop()));
    await firestore.terminate();
  }
}

async function storeWorld(firestore: PlainFirestore, mps: number): Promise<void> {
  const channel = { displayPhoneNumber: '+34 600 000 001', throughput: mps, paused: null };
  await firestore.doc(`channels/${LOCAL.channelId}`).set({ ...channel, quality: null });
  await firestore
    .doc(`users/${MEMBER}`)
    .set({ name: 'Ada', email: 'ada@example.com', role: 'agent', isActive: true });
}

const send = (url: string, { key, phone, body }: Message): Promise<void> => {
  const contactId = aliasIds({ phone: `+${phone}` })[0] as string;
  const data = {
    idempotencyKey: key,
    conversationId: conversationIdOf(LOCAL.channelId, contactId),
    message: { type: 'text', text: { body } },
  };
  return post(url, { data }, { authorization: `Bearer ${memberToken(PROJECT, MEMBER)}` });
};

/** Calls the minute's function as Cloud Scheduler does. */
function startMinutes(url: string): () => void {
  const timer = setInterval(() => {
    // Its process may be stopped meanwhile.
    fetch(url, { method: 'POST' }).catch(() => undefined);
  }, MINUTE_MS);
  return () => clearInterval(timer);
}

/** Waits until every message was read, or is known not to be. */
async function untilOver(firestore: PlainFirestore, run: Run): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const counts = await Promise.all(
      ['readAt', 'unknownAt', 'failedAt'].map((field) =>
        firestore.collection('messages').where(field, '>', 0).count().get(),
      ),
    );
    const over = counts.reduce((sum, count) => sum + count.data().count, 0);
    run.progress(`${over} of ${run.messages} read`);
    if (over >= run.messages) return;
    if (Date.now() > end) throw new Error(`${over} of ${run.messages} after ${TIMEOUT_MS} ms`);
    // Seldom enough not to be what is measured.
    await setTimeout(2_000);
  }
}

async function outcomesOf(firestore: PlainFirestore): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  const { docs } = await firestore.collection('messages').where('direction', '==', 'out').get();
  for (const doc of docs) {
    const { phone } = doc.get('to') as { phone: string };
    const has = (field: string): boolean => doc.get(field) !== undefined;
    const state = has('readAt')
      ? 'read'
      : (['unknown', 'failed', 'accepted'].find((name) => has(`${name}At`)) ?? 'waiting');
    outcomes.set(phone.replace('+', ''), state);
  }
  return outcomes;
}
