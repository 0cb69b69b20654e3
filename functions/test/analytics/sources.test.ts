import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { getMetrics, type Metrics } from '../../src/analytics/get';
import { DAY_MS } from '../../src/analytics/levels';
import { bringUpToDate } from '../../src/analytics/minute';
import { publishEvents } from '../../src/analytics/publish';
import { rebuild } from '../../src/analytics/rebuild';
import { getInput } from '../../src/analytics/schema';
import { applyOutcomes } from '../../src/campaigns/applyOutcomes';
import { retryFailed } from '../../src/campaigns/retry';
import { tellChanges } from '../../src/campaigns/outbox';
import { setStatus } from '../../src/conversations/setStatus';
import { analyticsRecordConversion } from '../../src/entry/callables/analyticsRecordConversion';
import { queueMetrics } from '../../src/entry/callables/queueMetrics';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { send } from '../../src/messages/send';
import { sendInput } from '../../src/messages/schema';
import { clearCaches } from '../../src/platform/cache';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { receiveWebhook } from '../../src/webhooks/receive';
import { as, call, codeOf, storeTeam } from '../support/calling';
import {
  campaignAt,
  connectOwnChannel,
  drainUntil,
  numbersFrom,
  phoneOf,
  putTemplate,
  runLanes,
  sendCampaign,
  SUPERVISOR,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';
import { makeRelay, type Relay } from '../support/relay';
import { useSimulator } from '../support/simulator';
import { connectChannel, conversationOf } from '../support/stored';
import { waitFor } from '../support/waitFor';
import { CHANNEL, messagesBody, textMessage } from '../support/webhooks';

useProject('analytics-sources');

const AGENT = { uid: 'agent', role: 'agent' } as const;
let simulator: SimulatorClient;
const relay: Relay = makeRelay();
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 10, deliveredMs: 20, readMs: 30 },
  });
  await putTemplate(simulator);
  await storeTeam();
  await connectChannel();
  await makeQueue('queue-normal', 'http://127.0.0.1:9');
});
beforeEach(clearCaches);

const recently = () => ({ from: Date.now() - DAY_MS, to: Date.now() + DAY_MS });
const figures = async (fields: object): Promise<Metrics> => {
  clearCaches();
  return getMetrics(SUPERVISOR, getInput.parse({ ...recently(), ...fields }));
};
const totalOf = async (fields: object) => (await figures(fields)).totals[0];
/** Brings the figures up to date until they are as a test wants them. */
const untilTotal = (
  what: string,
  fields: object,
  holds: (total: NonNullable<Awaited<ReturnType<typeof totalOf>>>) => boolean,
) =>
  waitFor(what, async () => {
    await relay.pass();
    await bringUpToDate(0);
    const total = await totalOf(fields);
    return total && holds(total) && total;
  });
const expectExact = async (): Promise<void> => {
  expect(await rebuild(recently())).toMatchObject({ difference: 0, examples: [] });
};

describe('conversations', () => {
  let clock = Date.now() - 3 * 3_600_000;
  const at = async (minutes: number, work: () => Promise<unknown>): Promise<void> => {
    const restore = setClock(() => clock + minutes * 60_000);
    clearCaches();
    try {
      await work();
      await relay.pass();
    } finally {
      restore();
    }
  };
  let messages = 0;
  const writes = (phone: string, minutes: number): Promise<unknown> =>
    receiveWebhook(
      messagesBody([
        {
          from: { phone },
          message: textMessage(`wamid.${phone}.${messages++}`, 'Hola', clock + minutes * 60_000),
        },
      ]),
    );
  const answers = (phone: string, member: { uid: string; role: 'agent' } = AGENT) =>
    send(
      member,
      sendInput.parse({
        idempotencyKey: `answer-${phone}-${messages++}`,
        conversationId: conversationOf(phone),
        message: { type: 'text', text: { body: '¡Hola!' } },
      }),
    );
  const resolves = (phone: string, status: 'resolved' | 'open' = 'resolved') =>
    setStatus(
      { uid: 'supervisor', role: 'supervisor' },
      { conversationId: conversationOf(phone), status },
    );

  it('tell how long customers waited, and until it was resolved', async () => {
    const phone = '34600000101';
    clock = Math.floor(clock / 60_000) * 60_000;
    await at(0, () => writes(phone, 0));
    await at(2, () => writes(phone, 2));
    await at(5, () => answers(phone));
    await at(6, () => answers(phone));
    await at(30, () => resolves(phone));
    // It is opened again by the customer, and answered and resolved once more.
    await at(60, () => writes(phone, 60));
    await at(61, () => answers(phone));
    await at(62, () => resolves(phone));

    const total = await untilTotal('both', { group: 'agentId' }, ({ answered }) => answered === 2);
    expect(total).toMatchObject({ group: 'agent', answered: 2, resolved: 0 });
    const MINUTE = 60_000;
    expect(Math.abs((total.firstResponse.p50 as number) / MINUTE - 1)).toBeLessThan(0.03);
    expect(Math.abs((total.firstResponse.p99 as number) / (5 * MINUTE) - 1)).toBeLessThan(0.03);
    const resolved = (await figures({ group: 'agentId' })).totals.find(
      ({ group }) => group === 'supervisor',
    );
    expect(resolved?.resolved).toBe(2);
    expect(Math.abs((resolved?.resolution.p99 as number) / (30 * MINUTE) - 1)).toBeLessThan(0.03);
    await expectExact();
  });

  it('that the business begins are measured from what the customer writes', async () => {
    const phone = '34600000102';
    await at(0, () => writes(phone, 0));
    await at(1, () => resolves(phone));
    await at(10, () => answers(phone));
    await at(20, () => writes(phone, 20));
    await at(23, () => answers(phone));
    await untilTotal(
      'the answer',
      { where: { agentId: 'agent' } },
      ({ answered }) => answered === 3,
    );
    const { data } = {
      data: (
        await db()
          .doc(`conversations/${conversationOf(phone)}`)
          .get()
      ).data(),
    };
    expect(data).toMatchObject({
      openedAt: clock + 20 * 60_000,
      replies: { agent: clock + 23 * 60_000 },
    });
    await expectExact();
  });

  it('that are moved to another document, as merging does, are counted once', async () => {
    const [from, to] = [conversationOf('34600000101'), conversationOf('34600000102')].map((id) =>
      db().doc(`conversations/${id}`),
    );
    const before = await totalOf({ where: { agentId: 'agent' } });
    const copy = db().doc(`conversations/${CHANNEL}_moved`);
    for (const [source, target] of [
      [from, to],
      [to, copy],
    ] as [typeof copy, typeof copy][]) {
      const data = (await source.get()).data() as object;
      await db().batch().delete(source).set(target, data).commit();
      await relay.pass();
    }
    await bringUpToDate(0);
    await expectExact();
    expect((await totalOf({ where: { agentId: 'agent' } }))?.resolved).toBe(before?.resolved);
  });

  it('cost no write more than before', async () => {
    const phone = '34600000103';
    const now = (Date.now() - clock) / 60_000;
    await writes(phone, now);
    expect(await billOf(() => writes(phone, now))).toMatchObject({ writes: 2, reads: 0 });
  });
});

describe('campaigns', () => {
  const to = (n: number) => ({ match: { recipient: phoneOf(n).slice(1) } });
  const total = (campaignId: string) => ({ where: { campaignId } });

  it('are counted as their recipients’ states are, by events told twice and runs that die', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([{ kind: 'reject', code: 131026, ...to(3) }]);
    await sendCampaign('figures-1', channelId, numbersFrom(0, 40));
    await simulator.idle();
    await drainUntil('figures-1', 'all to be read', ({ read }) => read >= 39);
    await simulator.clearFaults();
    // The run dies after it published, before it emptied the outboxes.
    await tellChanges(async (changes) => {
      await publishEvents(changes);
      throw new Error('the process is dead');
    }).catch(() => undefined);
    const { totals } = await campaignAt('figures-1');
    await untilTotal('all of it', total('figures-1'), ({ read }) => read === totals.read);
    const first = await totalOf(total('figures-1'));
    expect(first).toMatchObject({
      sent: totals.accepted,
      delivered: totals.delivered,
      read: totals.read,
      failed: totals.failed,
    });
    expect((first?.failed ?? 0) + (first?.sent ?? 0)).toBe(40);
    await expectExact();
  });

  it('take back what a retry sets back', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([{ kind: 'fail', code: 131000, ...to(103) }]);
    await sendCampaign('figures-2', channelId, numbersFrom(100, 20));
    await simulator.idle();
    await drainUntil('figures-2', 'all to be told', ({ read, failed }) => read + failed === 20);
    await untilTotal('the failure', total('figures-2'), ({ failed }) => failed === 1);
    await simulator.clearFaults();

    await db().doc('campaigns/figures-2').update({ status: 'completed' });
    expect((await retryFailed(SUPERVISOR, 'figures-2')).retried).toBe(1);
    const again = await untilTotal(
      'it to be taken back',
      total('figures-2'),
      ({ failed }) => failed === 0,
    );
    expect(again).toMatchObject({ sent: 19, read: 19 });
    await runLanes(channelId);
    await simulator.idle();
    await drainUntil('figures-2', 'all to be read', ({ read }) => read === 20);
    await untilTotal('all of it', total('figures-2'), ({ sent, read }) => sent + read === 40);
    await expectExact();
  });

  it('count what was in doubt once it is heard of, also after it was given up', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([{ kind: 'cut_after' }, { kind: 'webhook_drop' }]);
    await sendCampaign('figures-3', channelId, numbersFrom(200, 2));
    const restore = setClock(() => Date.now() + 16 * 60_000);
    await runLanes(channelId);
    restore();
    await simulator.clearFaults();
    const [chunk] = (await db().collection('campaigns/figures-3/chunks').get()).docs;
    expect(chunk?.get('counts')).toMatchObject({ unknown: 2 });
    const [contactId] = Object.keys(chunk?.get('recipients') as object) as [string];
    const delivered = { status: 'delivered', at: Date.now(), wamid: 'wamid.x' } as const;
    const of = { campaignId: 'figures-3', chunkId: chunk?.id as string, contactId, round: 0 };
    await applyOutcomes([{ ...of, ...delivered }]);
    await applyOutcomes([{ ...of, ...delivered }]);
    await untilTotal(
      'it',
      total('figures-3'),
      ({ sent, delivered: got }) => sent === 1 && got === 1,
    );
    await expectExact();
  });

  it('need nothing more of a document once it was told about', async () => {
    await tellChanges(() => Promise.resolve());
    let told = 0;
    await tellChanges((changes) => Promise.resolve(void (told += changes.length)));
    expect(told).toBe(0);
    const { docs } = await db().collection('campaigns/figures-1/chunks').get();
    expect(docs.map((doc) => doc.get('outbox') as unknown)).toEqual(docs.map(() => undefined));
  });
});

describe('conversions', () => {
  const conversion = (fields: object = {}) => ({
    conversionId: 'purchase-0001',
    type: 'purchase',
    value: 1_990,
    link: 'https://example.com/spring',
    ...fields,
  });
  const record = (fields: object = {}, role: 'supervisor' | 'agent' | 'viewer' = 'supervisor') =>
    call(analyticsRecordConversion, conversion(fields), as(role));

  it('count once, by link, agent and campaign', async () => {
    await record();
    await record();
    await record({ conversionId: 'purchase-0002', agentId: 'agent', campaignId: 'figures-1' });
    const byLink = await untilTotal(
      'both',
      { group: 'link' },
      ({ conversion: count }) => count === 2,
    );
    expect(byLink).toMatchObject({ group: 'https://example.com/spring', conversionValue: 3_980 });
    expect(await totalOf({ where: { agentId: 'agent' } })).toMatchObject({ conversion: 1 });
    expect(await totalOf({ where: { campaignId: 'figures-1' } })).toMatchObject({ conversion: 1 });
    await expectExact();
  });

  it.each([
    ['already-exists', { value: 5 }, 'supervisor'],
    ['not-found', { conversionId: 'purchase-0003', campaignId: 'no-such-campaign' }, 'supervisor'],
    ['invalid-argument', { conversionId: 'purchase-0004', at: 1 }, 'supervisor'],
    ['invalid-argument', { conversionId: 'purchase-0005', link: undefined }, 'supervisor'],
    ['permission-denied', { conversionId: 'purchase-0006', agentId: 'bea' }, 'agent'],
    ['permission-denied', { conversionId: 'purchase-0007' }, 'viewer'],
  ] as const)('%s for %o of a %s', async (code, fields, role) => {
    expect(await codeOf(record(fields, role))).toBe(code);
  });
});

describe('queues', () => {
  it('are told number by number: what waits, for how long, what is held', async () => {
    const channelId = await connectOwnChannel(simulator);
    const at = Date.now();
    const message = (fields: object) => ({
      channelId,
      direction: 'out',
      timestamp: at - 40_000,
      sendAt: null,
      dueAt: at + 50_000,
      ...fields,
    });
    const batch = db().batch();
    const put = (id: string, fields: object) =>
      batch.set(db().doc(`messages/${id}`), message(fields));
    put('q1', {});
    put('q2', { timestamp: at - 5_000, dueAt: at + 85_000 });
    put('q3', { dueAt: at + 3_600_000, heldBy: channelId });
    put('q4', { dueAt: at + 7_200_000, sendAt: at + 7_200_000 });
    put('q5', { direction: 'in', dueAt: at });
    put('q6', { dueAt: undefined });
    await batch.commit();
    const { queues } = (await call(queueMetrics, { channelId }, as('viewer'))) as never as {
      queues: { oldestMs: number }[];
    };
    expect(queues).toMatchObject([{ channelId, waiting: 2, held: 1, later: 1 }]);
    expect(queues[0]?.oldestMs).toBeGreaterThanOrEqual(40_000);
    expect(await codeOf(call(queueMetrics, {}, as('agent')))).toBe('permission-denied');
  });

  it('page by page, at ten reads a page at most', async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      clearCaches();
      let page = { queues: [] as { channelId: string }[], nextCursor: null as string | null };
      const { reads } = await billOf(async () => {
        page = (await call(queueMetrics, cursor ? { cursor } : {}, as('viewer'))) as never;
      });
      // And the caller's own document.
      expect(reads).toBeLessThanOrEqual(11);
      seen.push(...page.queues.map(({ channelId }) => channelId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toHaveLength((await db().collection('channels').get()).size);
    expect(seen).toContain(CHANNEL);
  });
});
