import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { applyOutcomes } from '../../src/campaigns/applyOutcomes';
import { drainStatuses } from '../../src/campaigns/drainStatuses';
import { TOPIC } from '../../src/campaigns/keepStatuses';
import { emptyOutcomes, type CampaignEvent } from '../../src/campaigns/outcomes';
import { refreshTotals, totalsOf } from '../../src/campaigns/progress';
import { report } from '../../src/campaigns/report';
import { retryFailed } from '../../src/campaigns/retry';
import type { Chunk, GroupOutcomes } from '../../src/campaigns/schema';
import { lookAfterCampaigns } from '../../src/campaigns/upkeep';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { publish } from '../../src/platform/pubsub';
import { installFaults, type Faults } from '../batch/faults';
import {
  allRows,
  allSends,
  campaignAt,
  chunksAt,
  connectOwnChannel,
  contactOf,
  draft,
  drainUntil,
  numbersFrom,
  outcomesAt,
  phoneOf,
  putTemplate,
  runLanes,
  sendCampaign,
  setCampaign,
  SUPERVISOR,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { useSimulator } from '../support/simulator';
import { allDeadLetters } from '../support/stored';
import { statusesBody } from '../support/webhooks';

useProject('campaign-results');

let simulator: SimulatorClient;
let faults: Faults;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 10, deliveredMs: 20, readMs: 30 },
  });
  await putTemplate(simulator);
  faults = installFaults();
});
beforeEach(() => simulator.clearFaults());
const to = (n: number) => ({ match: { recipient: phoneOf(n).slice(1) } });

describe('statuses', () => {
  it('in any order, repeated, in batches that overlap, give the same counts', async () => {
    const random = seededRandom('campaign statuses');
    const people = Array.from({ length: 100 }, (_, n) => contactOf(phoneOf(n)));
    await simulator.setFaults({ kind: 'webhook_drop' });
    const channelId = await connectOwnChannel(simulator);
    await sendCampaign('any-order', channelId, numbersFrom(0, people.length));
    const chunkOf = new Map(
      (await chunksAt('any-order')).flatMap(({ id, contactIds }) =>
        contactIds.map((contactId) => [contactId, id] as const),
      ),
    );
    const event = (n: number, status: CampaignEvent['status'], at: number): CampaignEvent => {
      const contactId = people[n] as string;
      const chunkId = chunkOf.get(contactId) as string;
      return { campaignId: 'any-order', chunkId, contactId, round: 0, status, at, wamid: `w${n}` };
    };
    // A read one may have no "delivered"; a failure of a delivered one does not count.
    const events = people.flatMap((_, n) => [
      event(n, 'sent', 1),
      ...(n < 20 ? [event(n, 'failed', 2)] : []),
      ...(n >= 10 && n < 90 ? [event(n, 'delivered', 3)] : []),
      ...(n >= 50 ? [event(n, 'read', 4)] : []),
    ]);
    const twice = random.shuffle([...events, ...events]);
    const batches = Array.from({ length: 12 }, (_, n) => twice.filter((__, i) => i % 12 === n));
    const strange = await Promise.all(batches.map(applyOutcomes));
    expect(strange.flat()).toEqual([]);
    expect(await totalsOf('any-order')).toMatchObject({
      recipients: 100,
      accepted: 100,
      sent: 100,
      failed: 10,
      delivered: 90,
      read: 50,
    });
    // Once more: a read, and nothing to write.
    expect(await billOf(() => applyOutcomes(twice))).toMatchObject({ writes: 0 });
    expect(await totalsOf('any-order')).toMatchObject({ sent: 100, failed: 10, delivered: 90 });
  });

  it('that were written but not acknowledged come again, and change nothing', async () => {
    const channelId = await connectOwnChannel(simulator);
    await sendCampaign('not-acked', channelId, numbersFrom(200, 30));
    await simulator.idle();
    const sends = (await allSends(simulator)).filter((send) => send.phoneNumberId === channelId);
    const again = statusesBody(
      sends.map(({ id, callbackData }) => ({
        id,
        status: 'delivered',
        timestamp: '7',
        biz_opaque_callback_data: callbackData,
      })),
    );
    await drainUntil('not-acked', 'all to be read', ({ read }) => read === 30);
    for (let n = 0; n < 3; n++) await simulator.postWebhook({ raw: again });
    await drainStatuses(0);
    expect((await campaignAt('not-acked')).totals).toMatchObject({
      sent: 30,
      delivered: 30,
      read: 30,
      failed: 0,
    });
    // Journal, report and counts tell the same.
    const rows = await allRows('not-acked');
    expect(rows.map(({ phone, state }) => [phone, state]).sort()).toEqual(
      sends.map(({ recipient }) => [`+${recipient}`, 'read']).sort(),
    );
    expect(await allDeadLetters()).toEqual([]);
  });

  it('of a campaign that there is not, and what is none at all, become dead letters', async () => {
    const callbackData = `c.no-such-campaign.0-0.${contactOf(phoneOf(1))}.0`;
    await simulator.postWebhook({
      raw: statusesBody([
        { id: 'w1', status: 'sent', timestamp: '7', biz_opaque_callback_data: callbackData },
      ]),
    });
    await publish(TOPIC, { no: 'statuses' });
    const letters = await drainedLetters(2);
    expect(letters.map(({ reason }) => reason).sort()).toEqual([
      'a status of an unknown campaign',
      'not a status of a campaign',
    ]);
    const [unknown] = letters.filter(({ raw }) => raw.includes('no-such-campaign'));
    expect(JSON.parse(unknown?.raw ?? '')).toMatchObject({ status: 'sent', wamid: 'w1' });
  });
});

async function drainedLetters(count: number) {
  let letters = await allDeadLetters();
  while (letters.length < count) {
    await drainStatuses(0);
    letters = await allDeadLetters();
  }
  return letters;
}

describe('a report', () => {
  const CHUNKS = 20;
  const PER_CHUNK = 500;
  beforeAll(async () => {
    await draft('large-report');
    await setCampaign('large-report', { status: 'completed', groups: 4 });
    for (let group = 0; group < 4; group++) {
      const outcomes: GroupOutcomes = emptyOutcomes('large-report', 0);
      for (let n = 0; n < CHUNKS / 4; n++) {
        const ids = Array.from({ length: PER_CHUNK }, (_, i) => `person${group}x${n}x${i}`);
        for (const id of ids) outcomes.recipients[id] = { sentAt: 1_000, readAt: 2_000 };
        const recipients = Object.fromEntries(
          ids.map((id) => [id, { phone: phoneOf(1), state: 'accepted' as const, at: 500 }]),
        );
        await db()
          .doc(`campaigns/large-report/chunks/${group}-${n}`)
          .set({
            campaignId: 'large-report',
            channelId: '1',
            group: String(group),
            variant: 0,
            createdAt: 1,
            sendAt: 1,
            counts: { recipients: PER_CHUNK, accepted: 0, failed: 0, skipped: 0, unknown: 0 },
            contactIds: ids,
            recipients,
          } satisfies Chunk);
      }
      await db().doc(`campaigns/large-report/outcomes/${group}`).set(outcomes);
    }
  });

  it('of 10,000 recipients takes at most 30 reads, page by page', async () => {
    let rows: Awaited<ReturnType<typeof allRows>> = [];
    const bill = await billOf(async () => {
      rows = await allRows('large-report');
    });
    expect(rows).toHaveLength(10_000);
    expect(new Set(rows.map(({ contactId }) => contactId)).size).toBe(10_000);
    expect(rows[0]).toEqual({
      contactId: 'person0x0x0',
      phone: phoneOf(1),
      name: null,
      state: 'read',
      sentAt: 1_000,
      deliveredAt: 2_000,
      readAt: 2_000,
      failedAt: null,
      repliedAt: null,
      optedOutAt: null,
      code: null,
      reason: null,
    });
    expect(bill.reads).toBeLessThanOrEqual(30);
    expect(bill.writes).toBe(0);
  });

  it('as CSV has its header once, and no cell that a spreadsheet would run', async () => {
    await db()
      .doc('campaigns/large-report/chunks/0-0')
      .update({ 'recipients.person0x0x0.name': '=HYPERLINK("http://evil.example")' });
    const first = await report({ campaignId: 'large-report', format: 'csv' });
    const [header, ...lines] = (first.csv ?? '').split('\r\n');
    const row = lines.find((line) => line.startsWith('person0x0x0,'));
    expect(header).toBe(
      'contactId,phone,name,state,sentAt,deliveredAt,readAt,failedAt,repliedAt,optedOutAt,code,reason',
    );
    expect(row).toBe(
      `person0x0x0,${phoneOf(1)},"'=HYPERLINK(""http://evil.example"")",read,` +
        '1970-01-01T00:00:01.000Z,1970-01-01T00:00:02.000Z,1970-01-01T00:00:02.000Z,,,,,',
    );
    const second = await report({
      campaignId: 'large-report',
      format: 'csv',
      cursor: first.nextCursor ?? undefined,
    });
    expect(second.csv).toMatch(/^person1x0x0,/);
  });

  it('refuses a cursor of something else', async () => {
    await expect(
      report({ campaignId: 'large-report', format: 'json', cursor: 'x' }),
    ).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('retrying', () => {
  it('sends again to those that failed for a passing reason, whether at once or later', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([
      // Refused at once; accepted and failed later; of each one for good, one for now.
      { kind: 'reject', code: 131026, ...to(300) },
      { kind: 'reject', code: 131053, times: 1, ...to(301) },
      { kind: 'fail', code: 131026, ...to(302) },
      { kind: 'fail', code: 131053, times: 1, ...to(303) },
    ]);
    await sendCampaign('retry-some', channelId, numbersFrom(300, 20));
    await drainUntil('retry-some', 'the first round', (t) => t.read === 16 && t.failed === 4);
    await lookAfterCampaigns();
    expect((await campaignAt('retry-some')).status).toBe('completed');
    const first = (await allSends(simulator)).filter((send) => send.phoneNumberId === channelId);

    expect(await retryFailed(SUPERVISOR, 'retry-some')).toMatchObject({ retried: 2 });
    expect(await campaignAt('retry-some')).toMatchObject({ status: 'running', completedAt: null });
    // What comes again, or late, of the first round is of a message that was replaced.
    const replaced = first.find(({ recipient }) => recipient === phoneOf(303).slice(1));
    await simulator.postWebhook({
      raw: statusesBody([
        {
          id: replaced?.id,
          status: 'failed',
          timestamp: '7',
          errors: [{ code: 131053 }],
          biz_opaque_callback_data: replaced?.callbackData,
        },
      ]),
    });
    await drainStatuses(0);
    expect(await totalsOf('retry-some')).toMatchObject({ failed: 2 });
    expect(await retryFailed(SUPERVISOR, 'retry-some')).toMatchObject({ retried: 0 });
    await runLanes(channelId);
    await drainUntil('retry-some', 'the second round', ({ read }) => read === 18);
    expect((await campaignAt('retry-some')).totals).toMatchObject({
      recipients: 20,
      accepted: 19,
      sent: 18,
      delivered: 18,
      read: 18,
      failed: 2,
    });
    const rows = new Map((await allRows('retry-some')).map((row) => [row.phone, row]));
    expect(rows.get(phoneOf(300))).toMatchObject({ state: 'failed', code: 131026 });
    expect(rows.get(phoneOf(301))).toMatchObject({ state: 'read', code: null, reason: null });
    expect(rows.get(phoneOf(302))).toMatchObject({ state: 'failed', code: 131026 });
    expect(rows.get(phoneOf(303))).toMatchObject({ state: 'read', code: null });
  });

  it('a message that was read, whatever else came of it, is not sent again', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults({ kind: 'webhook_drop' });
    await sendCampaign('retry-read', channelId, numbersFrom(400, 1));
    const [send] = (await allSends(simulator)).filter((each) => each.phoneNumberId === channelId);
    const status = (name: string) => ({
      id: send?.id,
      status: name,
      timestamp: '7',
      biz_opaque_callback_data: send?.callbackData,
    });
    await simulator.postWebhook({ raw: statusesBody([status('failed'), status('read')]) });
    await drainUntil('retry-read', 'it to be read', ({ read }) => read === 1);
    expect(await retryFailed(SUPERVISOR, 'retry-read')).toMatchObject({ retried: 0 });
  });

  it('that died half-way is gone on with by calling it again', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([{ kind: 'reject', code: 131053, times: 20 }]);
    await sendCampaign('retry-dies', channelId, numbersFrom(500, 20));
    await lookAfterCampaigns();
    expect(await campaignAt('retry-dies')).toMatchObject({
      status: 'completed',
      totals: { failed: 20 },
    });
    // It dies before the campaign itself is written.
    let commits = 0;
    faults.plan((_, method) =>
      method === 'commit' && commits++ === 1 ? 'crash-before' : undefined,
    );
    await expect(retryFailed(SUPERVISOR, 'retry-dies')).rejects.toThrow('dead');
    faults.end();
    clearCaches();
    expect((await campaignAt('retry-dies')).status).toBe('completed');

    await retryFailed(SUPERVISOR, 'retry-dies');
    expect((await campaignAt('retry-dies')).status).toBe('running');
    await runLanes(channelId);
    await drainUntil('retry-dies', 'all to be read', ({ read }) => read === 20);
    expect((await simulator.counts()).byRecipient[phoneOf(500).slice(1)]).toBe(1);
  });

  it('at once with new totals reopens the campaign all the same', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([{ kind: 'reject', code: 131053, times: 1 }]);
    await sendCampaign('retry-races', channelId, numbersFrom(600, 1));
    await lookAfterCampaigns();
    // The first commit is the chunk's, the second the campaign's.
    let commits = 0;
    faults.plan((_, method) =>
      method === 'commit' && commits++ === 1 ? () => refreshTotals('retry-races', true) : undefined,
    );
    await retryFailed(SUPERVISOR, 'retry-races');
    faults.end();
    expect((await campaignAt('retry-races')).status).toBe('running');
  });

  it('is refused for what was never sent', async () => {
    await draft('retry-draft');
    await expect(retryFailed(SUPERVISOR, 'retry-draft')).rejects.toMatchObject({
      details: { reason: 'wrong-status', status: 'draft' },
    });
    expect(await outcomesAt('retry-draft')).toEqual([]);
  });
});
