import { randomUUID } from 'node:crypto';
import { LOCAL } from '../lib/localConfig.ts';
import { runSchedule } from '../lib/schedules.ts';
import { seed } from '../lib/seed.ts';
import type { Stack } from '../lib/stack.ts';
import { SimulatorClient } from '../whatsapp-simulator/client.ts';
import { CAMPAIGN, runCampaign, type CampaignResult } from './campaign.ts';
import { Checks, until } from './checks.ts';
import { signIn } from './client.ts';
import { importContacts, type ImportResult } from './contacts.ts';
import { customerMessages, CUSTOMERS, MESSAGES_EACH, phoneOf } from './customers.ts';
import { checkMetrics, metricsTable, type Done, type MetricsResult } from './metrics.ts';

const LATE_CUSTOMER = '34699000001';
const SECOND_CHANNEL_CUSTOMER = '34699000002';
const HOUR_MS = 3_600_000;

export interface Result {
  ok: boolean;
  inbound: number;
  replies: number;
  read: number;
  duplicates: number;
  lost: number;
  refused: number;
  campaign: CampaignResult;
  imported: ImportResult;
  metrics: MetricsResult;
  seconds: number;
}

/**
 * The conversation loop, from customers' messages to replies that are read, through the real
 * functions on the emulators and the WhatsApp simulator. The environment has to be the stack's.
 */
export async function runScenario(stack: Stack): Promise<Result> {
  const { db } = await import('../../functions/lib/platform/firestore.js');
  const { messageState } = await import('../../functions/lib/messages/rules.js');
  const simulator = new SimulatorClient(stack.simulatorUrl);
  const checks = new Checks();
  const started = Date.now();
  const inboundCount = async (): Promise<number> =>
    (await db().collection('messages').where('direction', '==', 'in').count().get()).data().count;
  const stateOf = async (id: string) =>
    messageState((await db().doc(`messages/${id}`).get()).data() as never);

  const say = (line: string): void => {
    console.log(`\n${line} (${Math.round((Date.now() - started) / 1_000)} s)`);
  };
  say('A team, two channels, the templates from WhatsApp');
  const people = await seed();
  const agent = await signIn(stack, people.agent);
  const supervisor = await signIn(stack, people.supervisor);

  say(
    `${CUSTOMERS} customers write ${MESSAGES_EACH} messages each, delivered twice and out of order`,
  );
  const handshake = await simulator.handshake();
  checks.equal('webhook verified', handshake.verified, true);
  // The functions emulator starts a process for every request at once; more would only wait.
  await simulator.config({ webhooks: { maxInFlight: 3 } });
  await simulator.setFaults([
    { kind: 'webhook_reorder', withinMs: 300 },
    { kind: 'webhook_duplicate', rate: 0.5 },
  ]);
  await simulator.inbound({
    customers: customerMessages(),
    duplicates: 1,
    shuffle: true,
    perPost: 20,
  });
  await simulator.inbound({
    customers: [
      {
        waId: LATE_CUSTOMER,
        messages: [
          {
            type: 'text',
            text: 'Hola',
            timestamp: Math.floor((Date.now() - 25 * HOUR_MS) / 1_000),
          },
        ],
      },
    ],
  });
  await simulator.inbound({
    phoneNumberId: LOCAL.secondChannelId,
    customers: [{ waId: SECOND_CHANNEL_CUSTOMER, messages: [{ type: 'text', text: 'Oi' }] }],
  });
  await simulator.clearFaults();
  const inbound = CUSTOMERS * MESSAGES_EACH + 2;
  await until('the inbound messages', async () => (await inboundCount()) >= inbound);
  await simulator.idle(60_000);
  checks.equal('messages received', await inboundCount(), inbound);
  const conversations = (await db().collection('conversations').get()).docs;
  checks.equal('conversations', conversations.length, CUSTOMERS + 2);
  checks.equal(
    'unread',
    conversations.reduce((sum, doc) => sum + (doc.get('unreadCount') as number), 0),
    inbound,
  );
  const conversationOf = (phone: string): string =>
    conversations.find((doc) => doc.get('address.phone') === `+${phone}`)?.id ?? 'none_none';

  say('A forged webhook is refused');
  const forged = await simulator.postWebhook({ value: { messages: [] }, signature: 'invalid' });
  checks.equal('forged webhook', forged.status, 401);

  say('The agent answers everybody, and sees the first answer being read');
  const intended = new Set<string>();
  /** A message that is to be refused. */
  const attempt = (conversationId: string, fields: object = {}) => ({
    idempotencyKey: randomUUID() as string,
    conversationId,
    message: { type: 'text', text: { body: '¡Hola! ¿En qué puedo ayudarte?' } },
    ...fields,
  });
  /** A message that is to arrive. */
  const request = (conversationId: string, fields: object = {}) => {
    const message = attempt(conversationId, fields);
    intended.add(message.idempotencyKey);
    return message;
  };
  const phones = Array.from({ length: CUSTOMERS }, (_, n) => phoneOf(n));
  const firstReply = request(conversationOf(phones[0] as string));
  let seenRead = false;
  await agent.call('messages-send', firstReply);
  const stopListening = agent.listen(`messages/${firstReply.idempotencyKey}`, (data) => {
    if (data['readAt'] !== undefined) seenRead = true;
  });
  for (let at = 1; at < phones.length; at += 2) {
    await Promise.all(
      phones.slice(at, at + 2).map(async (phone) => {
        const reply = request(conversationOf(phone));
        // A client that got no answer calls again.
        await Promise.all([agent.call('messages-send', reply), agent.call('messages-send', reply)]);
      }),
    );
  }
  await until('the listener to see “read”', () => Promise.resolve(seenRead));
  stopListening();

  say('Outside the 24 h window: text is refused, a template goes out');
  const late = conversationOf(LATE_CUSTOMER);
  checks.equal(
    'text after 24 h',
    await agent.refusal('messages-send', attempt(late)),
    'window-closed',
  );
  await agent.call(
    'messages-send',
    request(late, {
      message: {
        type: 'template',
        template: {
          name: 'order_update',
          language: { code: 'es' },
          components: [
            {
              type: 'body',
              parameters: [
                { type: 'text', text: 'Ana' },
                { type: 'text', text: '#42' },
              ],
            },
          ],
        },
      },
    }),
  );

  say('A scheduled message, and 100 in bulk');
  const scheduled = request(conversationOf(phones[1] as string), { sendAt: Date.now() + 6_000 });
  await agent.call('messages-send', scheduled);
  checks.equal('before its time', await stateOf(scheduled.idempotencyKey), 'scheduled');
  const bulk = phones.flatMap((phone) => [
    request(conversationOf(phone)),
    request(conversationOf(phone)),
  ]);
  const { results } = await agent.call<{ results: { ok: boolean }[] }>('messages-sendBulk', {
    messages: bulk,
  });
  checks.equal('bulk accepted', results.filter(({ ok }) => ok).length, 100);

  say('A channel is paused and resumed');
  const second = conversationOf(SECOND_CHANNEL_CUSTOMER);
  const channelId = LOCAL.secondChannelId;
  let waiting: ReturnType<typeof request>;
  for (let soon = 3_000; ; soon *= 2) {
    const sendAt = Date.now() + soon;
    waiting = request(second, { sendAt });
    await agent.call('messages-send', waiting);
    await supervisor.call('channels-pause', { channelId, reason: 'demo' });
    if (Date.now() < sendAt) break;
    // Functions start cold here, and the message was faster: it is sent, and another one waits.
    await supervisor.call('channels-resume', { channelId });
  }
  // An instance may take messages for five seconds more; what it takes has to arrive like any other.
  await until('the pause to be seen', async () => {
    const message = attempt(second);
    const reason = await agent.refusal('messages-send', message);
    if (reason === 'ok') intended.add(message.idempotencyKey);
    return reason === 'channel-paused';
  });
  checks.equal(
    'agent may not resume',
    await agent.refusal('channels-resume', { channelId }),
    'role',
  );
  await until('the waiting message to be held', async () => {
    await runSchedule(stack);
    return (await db().doc(`messages/${waiting.idempotencyKey}`).get()).get('heldBy') === channelId;
  });
  const { released } = await supervisor.call<{ released: number }>('channels-resume', {
    channelId,
  });
  checks.equal('what waited is released', released >= 1, true);

  say('Everything ends as read');
  let lastSchedule = 0;
  const states = async () =>
    (await db().getAll(...[...intended].map((id) => db().doc(`messages/${id}`)))).map((doc) =>
      messageState(doc.data() as never),
    );
  await until('every reply to be read', async () => {
    // Once every few seconds here, so that the demo need not wait for the minute.
    if (Date.now() - lastSchedule > 3_000) {
      lastSchedule = Date.now();
      await runSchedule(stack);
    }
    return (await states()).every((state) => state === 'read');
  }).catch((error: unknown) => console.error(String(error)));
  await simulator.idle(30_000);

  const final = await states();
  const read = final.filter((state) => state === 'read').length;
  const counts = await simulator.counts();
  checks.equal('replies at least', intended.size >= 153, true);
  checks.equal('replies read', read, intended.size);
  checks.equal('sends at WhatsApp', counts.total, intended.size);
  checks.equal('sent twice', counts.duplicates.length, 0);

  say('A campaign to 1,000 people, whose sender is killed in the middle');
  const campaign = await runCampaign(stack, supervisor, simulator, checks);
  checks.equal('sent twice, the campaign too', (await simulator.counts()).duplicates.length, 0);
  say('A spreadsheet of 306 rows is imported, five of which are wrong');
  const imported = await importContacts(stack, supervisor, checks);

  say('Two of them buy something; then the figures are held against what was done');
  const conversions = ['demo-purchase-1', 'demo-purchase-2'];
  for (const conversionId of conversions) {
    await supervisor.call('analytics-recordConversion', {
      conversionId,
      campaignId: CAMPAIGN,
      type: 'purchase',
    });
  }
  const done: Done = {
    received: inbound,
    answered: CUSTOMERS + 2,
    sent: intended.size,
    read: intended.size,
    campaignAccepted: campaign.accepted,
    campaignRead: campaign.sent,
    conversions: conversions.length,
  };
  const metrics = await checkMetrics(supervisor, people.agent, CAMPAIGN, done, checks);
  const letters = (await db().collection('deadLetters').get()).size;
  checks.equal('dead letters', letters, 0);
  await Promise.all([agent.close(), supervisor.close()]);

  console.log(`\n${checks.table()}\n\n${metricsTable(done, metrics)}\n`);
  return {
    ok: checks.ok,
    inbound: await inboundCount(),
    replies: intended.size,
    read,
    duplicates: counts.duplicates.length,
    lost: intended.size - counts.total,
    refused: 3,
    campaign,
    imported,
    metrics,
    seconds: Math.round((Date.now() - started) / 1_000),
  };
}
