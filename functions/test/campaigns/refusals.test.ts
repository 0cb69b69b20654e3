import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { launch, resume } from '../../src/campaigns/launch';
import { goOnWithCampaigns } from '../../src/campaigns/start';
import { cancel, pause } from '../../src/campaigns/stop';
import { retryFailed } from '../../src/campaigns/retry';
import { resumeChannel } from '../../src/channels/pause';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { db } from '../../src/platform/firestore';
import {
  allRows,
  campaignAt,
  contactOf,
  draft,
  makeCampaignQueues,
  phoneOf,
  putTemplate,
  runMinute,
  storeContacts,
  SUPERVISOR,
  waitForStatus,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { connectChannel, refused } from '../support/stored';
import { waitFor } from '../support/waitFor';
import { CHANNEL } from '../support/webhooks';

useProject('campaign-refusals', { CAMPAIGN_LEASE_SECONDS: '3' });

let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    throughput: { enabled: false, mps: 0 },
    statuses: { sentMs: 10, deliveredMs: 20, readMs: 40 },
  });
  await makeCampaignQueues();
  await putTemplate(simulator);
});

let recipients = 0;
beforeEach(async () => {
  await simulator.clearFaults();
  await connectChannel(CHANNEL, { throughput: 200 });
});

/** Launches a campaign for people of its own. */
async function start(id: string, count: number): Promise<string[]> {
  const from = recipients;
  recipients += count;
  const numbers = Array.from({ length: count }, (_, n) => phoneOf(from + n));
  await draft(id, { audience: { kind: 'numbers', numbers } });
  await launch(SUPERVISOR, id);
  return numbers;
}

const totalsWhen = (id: string, what: string, holds: (totals: Totals) => boolean) =>
  waitFor(what, async () => {
    await runMinute();
    const { totals } = await campaignAt(id);
    return holds(totals) && totals;
  });
const nothingUnderWay = (id: string) =>
  waitFor('nothing to be under way', async () =>
    (await allRows(id)).every(({ state }) => state !== 'sending'),
  );
type Totals = Awaited<ReturnType<typeof campaignAt>>['totals'];
const sendsOf = async (numbers: string[]): Promise<number> => {
  const { byRecipient } = await simulator.counts();
  return numbers.reduce((sum, number) => sum + (byRecipient[number.slice(1)] ?? 0), 0);
};

describe('what WhatsApp refuses', { timeout: 60_000 }, () => {
  it.each([
    [132001, 'template-unavailable'],
    [132015, 'template-unavailable'],
    [132016, 'template-disabled'],
    [131048, 'spam-limit'],
  ])('%i pauses the campaign, and nobody is lost', async (code, reason) => {
    const id = `refused-${code}`;
    await simulator.setFaults([{ kind: 'reject', code }]);
    const numbers = await start(id, 30);
    await waitForStatus(id, 'paused');
    expect((await campaignAt(id)).paused).toMatchObject({ reason, code });
    expect(await sendsOf(numbers)).toBe(0);

    await simulator.clearFaults();
    await resume(SUPERVISOR, id);
    await totalsWhen(id, 'all to be read', ({ read }) => read === 30);
    expect(await sendsOf(numbers)).toBe(30);
  });

  it('refused parameters fail the message; five in a row pause the campaign', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 132000 }]);
    // Each of the channel's lanes may be in the middle of a micro-batch when one of them finds out.
    await start('bad-parameters', 300);
    await waitForStatus('bad-parameters', 'paused');
    const { paused, totals } = await campaignAt('bad-parameters');
    expect(paused?.reason).toBe('bad-template-parameters');
    expect(totals.failed).toBeLessThan(300);
  });

  it('a bad token pauses the number; the campaign goes on once it is resumed', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 190 }]);
    const numbers = await start('bad-token', 30);
    await waitFor('the number to be paused', async () => {
      const channel = await db().doc(`channels/${CHANNEL}`).get();
      return channel.get('paused.reason') === 'token';
    });
    expect(await sendsOf(numbers)).toBe(0);
    expect((await campaignAt('bad-token')).status).toBe('running');
    await nothingUnderWay('bad-token');

    await simulator.clearFaults();
    await resumeChannel(SUPERVISOR, { channelId: CHANNEL });
    await goOnWithCampaigns(CHANNEL);
    await waitFor('all to be sent, before the minute is over', async () => {
      return (await sendsOf(numbers)) === 30;
    });
    await totalsWhen('bad-token', 'all to be read', ({ read }) => read === 30);
    expect(await sendsOf(numbers)).toBe(30);
  });

  it('too much throughput slows down, and everybody gets it', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 130429, times: 10 }]);
    const numbers = await start('throttled', 60);
    await totalsWhen('throttled', 'all to be read', ({ read }) => read === 60);
    expect(await sendsOf(numbers)).toBe(60);
  });

  it('who asked for no offers fails, and their wish is recorded', async () => {
    await storeContacts(recipients + 20);
    await simulator.setFaults([{ kind: 'reject', code: 131050, times: 1 }]);
    await start('stopped-1', 20);
    const totals = await totalsWhen('stopped-1', 'all to be done', ({ read }) => read === 19);
    expect(totals.failed).toBe(1);
    const failed = (await allRows('stopped-1')).filter(({ state }) => state === 'failed');
    expect(failed).toMatchObject([{ code: 131050, reason: 'user-stopped-marketing' }]);
    const contact = await db()
      .doc(`contacts/${failed[0]?.contactId ?? ''}`)
      .get();
    expect(contact.get('consents.marketing.source')).toBe('delivery');
    await retryFailed(SUPERVISOR, 'stopped-1');
    expect((await campaignAt('stopped-1')).totals.failed).toBe(1);
  });

  it('what failed for a passing reason can be retried, once', async () => {
    await simulator.setFaults([{ kind: 'reject', code: 131053, times: 5 }]);
    const numbers = await start('retried-1', 20);
    await totalsWhen(
      'retried-1',
      'the first round',
      ({ read, failed }) => read === 15 && failed === 5,
    );
    await waitForStatus('retried-1', 'completed');
    const results = await Promise.all([
      retryFailed(SUPERVISOR, 'retried-1'),
      retryFailed(SUPERVISOR, 'retried-1'),
    ]);
    expect(results.reduce((sum, { retried }) => sum + retried, 0)).toBe(5);
    const totals = await totalsWhen('retried-1', 'the rest', ({ read }) => read === 20);
    expect(totals.failed).toBe(0);
    expect(await sendsOf(numbers)).toBe(20);
  });
});

describe('a member', { timeout: 60_000 }, () => {
  it('pauses a campaign within 5 s, and resumes it', async () => {
    await connectChannel(CHANNEL, { throughput: 41 });
    const numbers = await start('paused-by-member', 300);
    await waitFor('some sends', async () => (await sendsOf(numbers)) > 20);
    await pause(SUPERVISOR, { campaignId: 'paused-by-member', reason: 'lunch' });
    const pausedAt = Date.now();
    const lastSend = async (): Promise<number> => {
      const { data } = await simulator.sends({ limit: 1_000 });
      return Math.max(...data.map(({ at }) => at));
    };
    await waitFor('the lanes to stop', async () => Date.now() - (await lastSend()) > 3_000);
    expect((await lastSend()) - pausedAt).toBeLessThan(5_000);
    expect(await sendsOf(numbers)).toBeLessThan(300);
    expect((await campaignAt('paused-by-member')).paused?.reason).toBe('lunch');

    await connectChannel(CHANNEL, { throughput: 200 });
    await resume(SUPERVISOR, 'paused-by-member');
    await totalsWhen('paused-by-member', 'all to be read', ({ read }) => read === 300);
    expect(await sendsOf(numbers)).toBe(300);
  });

  it('cancels a campaign: who was not sent to is not', async () => {
    await connectChannel(CHANNEL, { throughput: 41 });
    const numbers = await start('cancelled', 200);
    await waitFor('some sends', async () => (await sendsOf(numbers)) > 20);
    await cancel(SUPERVISOR, 'cancelled');
    await nothingUnderWay('cancelled');
    const sent = await sendsOf(numbers);
    const states = (await allRows('cancelled')).map(({ state }) => state);
    expect(states.filter((state) => state === 'cancelled')).toHaveLength(200 - sent);
    await expect(resume(SUPERVISOR, 'cancelled')).rejects.toMatchObject({
      details: { reason: 'wrong-status', status: 'cancelled' },
    });
  });

  it('an offer is not sent to who asked for none after the launch', async () => {
    await storeContacts(recipients + 100);
    await connectChannel(CHANNEL, { throughput: 21 });
    const numbers = await start('asked-since', 100);
    await waitFor('the first sends', async () => (await sendsOf(numbers)) > 0);
    const late = contactOf(numbers.at(-1) as string);
    const waiting = (await allRows('asked-since')).filter(({ state }) => state === 'waiting');
    const last = waiting.at(-1)?.contactId ?? late;
    const at = Date.now();
    await db().doc(`contacts/${last}`).update(refused(at));
    await connectChannel(CHANNEL, { throughput: 200 });
    const totals = await totalsWhen('asked-since', 'the end', ({ read }) => read === 99);
    expect(totals.skipped).toBe(1);
    const row = (await allRows('asked-since')).find(({ contactId }) => contactId === last);
    expect(row).toMatchObject({ state: 'skipped', reason: 'opted-out' });
  });
});
