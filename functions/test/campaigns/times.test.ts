import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { applyOutcomes } from '../../src/campaigns/applyOutcomes';
import { expand } from '../../src/campaigns/expand';
import { launch, resume } from '../../src/campaigns/launch';
import type { CampaignEvent } from '../../src/campaigns/outcomes';
import { refreshTotals } from '../../src/campaigns/progress';
import { pause } from '../../src/campaigns/stop';
import { lookAfterCampaigns } from '../../src/campaigns/upkeep';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { clearCaches } from '../../src/platform/cache';
import { now, setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { CRASHES, installFaults, type Faults } from '../batch/faults';
import {
  allRows,
  allSends,
  campaignAt,
  chunksAt,
  connectOwnChannel,
  draft,
  drainUntil,
  makeCampaignQueues,
  numbersFrom,
  phoneOf,
  putTemplate,
  runLanes,
  storeContact,
  SUPERVISOR,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { waitFor } from '../support/waitFor';

useProject('campaign-times');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let simulator: SimulatorClient;
let faults: Faults;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 10, deliveredMs: 20, readMs: 30 },
  });
  await putTemplate(simulator);
  await putTemplate(simulator, { name: 'summer' });
  faults = installFaults();
});
let restoreClock = (): void => undefined;
afterEach(async () => {
  restoreClock();
  clearCaches();
  await simulator.clearFaults();
});
/** From now on it is this time, and it goes on. */
function itIs(time: number): void {
  const offset = time - Date.now();
  restoreClock = setClock(() => Date.now() + offset);
  // They are kept for seconds, which are over or yet to come.
  clearCaches();
}

/** Who of a campaign's recipients was sent to. */
async function reached(channelId: string): Promise<string[]> {
  const sends = await allSends(simulator);
  return sends
    .filter((send) => send.phoneNumberId === channelId)
    .map(({ recipient }) => `+${recipient}`)
    .sort();
}
const launchedWith = async (campaignId: string, fields: object): Promise<void> => {
  await draft(campaignId, { ...fields });
  await launch(SUPERVISOR, campaignId);
  await expand(campaignId);
};

describe('a campaign for later', () => {
  it('waits for its time, and begins once, although runs overlap', async () => {
    const channelId = await connectOwnChannel(simulator);
    const at = Date.now() + 2 * HOUR;
    await draft('scheduled', { channelId, ...numbersFrom(0, 5), schedule: { at } });
    expect(await launch(SUPERVISOR, 'scheduled')).toMatchObject({ status: 'scheduled' });
    await lookAfterCampaigns();
    await expand('scheduled');
    await runLanes(channelId);
    expect(await campaignAt('scheduled')).toMatchObject({ status: 'scheduled', launchedAt: null });
    expect(await chunksAt('scheduled')).toEqual([]);

    itIs(at);
    await Promise.all(Array.from({ length: 5 }, lookAfterCampaigns));
    const { status, launchedAt } = await campaignAt('scheduled');
    expect({ status, isDue: (launchedAt ?? 0) >= at }).toEqual({ status: 'running', isDue: true });
    await expand('scheduled');
    await runLanes(channelId);
    expect(await reached(channelId)).toHaveLength(5);
  });

  it('that is paused before goes back to waiting when it is resumed', async () => {
    const channelId = await connectOwnChannel(simulator);
    const at = Date.now() + 2 * HOUR;
    await draft('pause-before', { channelId, ...numbersFrom(10, 2), schedule: { at } });
    await launch(SUPERVISOR, 'pause-before');
    await pause(SUPERVISOR, { campaignId: 'pause-before', reason: 'lunch' });
    itIs(at - HOUR);
    await lookAfterCampaigns();
    expect(await resume(SUPERVISOR, 'pause-before')).toMatchObject({ status: 'scheduled' });
    await pause(SUPERVISOR, { campaignId: 'pause-before', reason: 'lunch' });
    itIs(at + HOUR);
    await lookAfterCampaigns();
    expect((await campaignAt('pause-before')).status).toBe('paused');
    expect(await resume(SUPERVISOR, 'pause-before')).toMatchObject({ status: 'running' });
  });
});

describe('a local time', () => {
  it('is each recipient’s own: the first who has it gets it first', async () => {
    // The day before, at noon in UTC.
    itIs(Date.UTC(2026, 11, 23, 12, 0));
    const channelId = await connectOwnChannel(simulator);
    const zones: [number, string | null][] = [
      [20, 'Asia/Tokyo'],
      [21, 'America/Bogota'],
      // Spain has two zones; without an attribute the campaign's own counts.
      [22, null],
    ];
    for (const [n, timeZone] of zones) {
      await storeContact(phoneOf(n), {
        tags: ['zones'],
        attributes: timeZone ? { timeZone } : {},
      });
    }
    await launchedWith('local-time', {
      channelId,
      audience: { kind: 'contacts', filter: { anyTag: ['zones'] } },
      schedule: {
        local: { date: '2026-12-24', time: '09:30' },
        timeZone: 'Europe/Madrid',
      },
    });
    const due = (await chunksAt('local-time')).flatMap(({ sendAt, dueAt, recipients }) =>
      Object.values(recipients).map(({ phone }) => [phone, sendAt, dueAt]),
    );
    const [tokyo, madrid, bogota] = [
      Date.UTC(2026, 11, 24, 0, 30),
      Date.UTC(2026, 11, 24, 8, 30),
      Date.UTC(2026, 11, 24, 14, 30),
    ];
    expect(due.sort()).toEqual([
      [phoneOf(20), tokyo, tokyo],
      [phoneOf(21), bogota, bogota],
      [phoneOf(22), madrid, madrid],
    ]);

    await runLanes(channelId);
    expect(await reached(channelId)).toEqual([]);
    itIs(tokyo);
    await runLanes(channelId);
    expect(await reached(channelId)).toEqual([phoneOf(20)]);
    itIs(bogota + HOUR);
    await runLanes(channelId);
    expect(await reached(channelId)).toEqual([phoneOf(20), phoneOf(21), phoneOf(22)]);
  });
});

describe('quiet hours', () => {
  const schedule = { quietHours: { from: '21:00', to: '09:00' }, timeZone: 'Europe/Madrid' };

  it('move what is launched in them to their end', async () => {
    itIs(Date.UTC(2026, 11, 23, 21, 30));
    const channelId = await connectOwnChannel(simulator);
    await launchedWith('quiet-launch', { channelId, ...numbersFrom(30, 3), schedule });
    const [chunk] = await chunksAt('quiet-launch');
    expect(chunk?.sendAt).toBe(Date.UTC(2026, 11, 24, 8, 0));
    await runLanes(channelId);
    expect(await reached(channelId)).toEqual([]);
    itIs(Date.UTC(2026, 11, 24, 8, 0));
    await runLanes(channelId);
    expect(await reached(channelId)).toHaveLength(3);
  });

  it('hold for what was paused until they began', async () => {
    itIs(Date.UTC(2026, 11, 23, 12, 0));
    const channelId = await connectOwnChannel(simulator);
    await launchedWith('quiet-late', { channelId, ...numbersFrom(40, 3), schedule });
    await pause(SUPERVISOR, { campaignId: 'quiet-late', reason: 'lunch' });
    itIs(Date.UTC(2026, 11, 23, 22, 0));
    await resume(SUPERVISOR, 'quiet-late');
    await runLanes(channelId);
    expect(await reached(channelId)).toEqual([]);
    const [chunk] = await chunksAt('quiet-late');
    expect(chunk?.dueAt).toBe(Date.UTC(2026, 11, 24, 8, 0));
    itIs(Date.UTC(2026, 11, 24, 8, 0));
    await runLanes(channelId);
    expect(await reached(channelId)).toHaveLength(3);
  });
});

describe('a test of two templates', () => {
  it('sends a sample of each, then the better one to the rest', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults({ kind: 'webhook_drop' });
    const variant = (name: string) => ({
      template: { name, language: 'es' },
      variables: { 'body.1': { fixed: 'x' } },
    });
    await launchedWith('two-templates', {
      channelId,
      ...numbersFrom(100, 200),
      variants: [variant('spring'), variant('summer')],
      abTest: { share: 0.4, metric: 'read', waitMinutes: 60 },
    });
    await runLanes(channelId);
    const sample = await allSends(simulator).then((sends) =>
      sends.filter((send) => send.phoneNumberId === channelId),
    );
    const nameOf = ({ message }: (typeof sample)[number]): string =>
      (message['template'] as { name: string }).name;
    const ofSpring = sample.filter((send) => nameOf(send) === 'spring').length;
    // A draw decides about each, so these are about 40.
    expect(ofSpring).toBeGreaterThan(20);
    expect(sample.length - ofSpring).toBeGreaterThan(20);
    expect(sample.length).toBeLessThan(110);

    // Everybody gets it; a tenth of the one and half of the other is read.
    const chunks = await chunksAt('two-templates');
    const events = chunks
      .filter(({ variant: which }) => which !== null)
      .flatMap(({ id: chunkId, variant: which, contactIds }) =>
        contactIds.flatMap((contactId, n): CampaignEvent[] => {
          const event = { campaignId: 'two-templates', chunkId, contactId, at: 1 };
          const isRead = which === 0 ? n % 10 === 0 : n % 2 === 0;
          return [
            { ...event, status: 'sent' },
            ...(isRead ? [{ ...event, status: 'read' as const }] : []),
          ];
        }),
      );
    await applyOutcomes(events);
    await lookAfterCampaigns();
    expect(await campaignAt('two-templates')).toMatchObject({ status: 'running', winner: null });

    // Runs overlap, and new totals are written in between.
    itIs(Date.now() + 61 * MINUTE);
    await Promise.all([
      ...Array.from({ length: 3 }, lookAfterCampaigns),
      refreshTotals('two-templates', true),
    ]);
    await lookAfterCampaigns();
    expect(await campaignAt('two-templates')).toMatchObject({ status: 'running', winner: 1 });
    await runLanes(channelId);
    const all = (await allSends(simulator)).filter((send) => send.phoneNumberId === channelId);
    expect(all).toHaveLength(200);
    expect(all.filter((send) => nameOf(send) === 'spring')).toHaveLength(ofSpring);
    await lookAfterCampaigns();
    expect(await campaignAt('two-templates')).toMatchObject({ status: 'completed', winner: 1 });
  });
});

describe('what stands still goes on by itself', () => {
  it.each(CRASHES)('a lane that died: %s', async (crash) => {
    const id = `dead-lane-${crash}`;
    const channelId = await connectOwnChannel(simulator, { throughput: 21 });
    const first = crash === 'crash-before' ? 300 : 400;
    await launchedWith(id, { channelId, ...numbersFrom(first, 60) });
    // It dies when it records the first micro-batch and claims the second one.
    let claims = 0;
    faults.plan((_, method, writes) =>
      method === 'commit' && writes === 1 && claims++ === 2 ? crash : undefined,
    );
    await expect(runLanes(channelId)).rejects.toThrow('dead');
    faults.end();
    clearCaches();
    expect(await reached(channelId)).toHaveLength(20);

    // Nobody takes over before the lease is over; then the rest is sent, and nobody twice.
    itIs(now() + 31_000);
    await runLanes(channelId);
    const inDoubt = crash === 'crash-after' ? 20 : 0;
    await waitForLaneAgain(id, channelId, 60 - inDoubt);
    await drainUntil(id, 'all that was sent to be read', ({ read }) => read === 60 - inDoubt);
    expect(new Set(await reached(channelId)).size).toBe(60 - inDoubt);
    expect(await reached(channelId)).toHaveLength(60 - inDoubt);
    itIs(now() + 16 * MINUTE);
    await runLanes(channelId);
    await lookAfterCampaigns();
    expect(await campaignAt(id)).toMatchObject({
      status: 'completed',
      totals: { recipients: 60, read: 60 - inDoubt, unknown: inDoubt },
    });
  });

  it('an expansion whose task was lost, and a lane whose task was lost', async () => {
    const channelId = await connectOwnChannel(simulator);
    await draft('lost-tasks', { channelId, ...numbersFrom(500, 30) });
    // There is no queue yet: neither the launch nor the expansion can create a task.
    await launch(SUPERVISOR, 'lost-tasks');
    faults.plan((_, method, writes) =>
      method === 'commit' && writes > 2 ? 'crash-before' : undefined,
    );
    await expect(expand('lost-tasks')).rejects.toThrow('dead');
    faults.end();
    expect(await chunksAt('lost-tasks')).toEqual([]);

    await makeCampaignQueues();
    // An expansion that was at work a moment ago is left alone.
    itIs(now() + MINUTE);
    await waitFor('everybody to be sent to', async () => {
      await lookAfterCampaigns();
      return (await reached(channelId)).length === 30;
    });
    await drainUntil('lost-tasks', 'all to be read', ({ read }) => read === 30);
    await lookAfterCampaigns();
    expect((await campaignAt('lost-tasks')).status).toBe('completed');
    expect((await allRows('lost-tasks')).every(({ state }) => state === 'read')).toBe(true);
    expect((await db().collection('deadLetters').get()).size).toBe(0);
  });
});

/** Runs a channel's lanes until so many were sent to. */
const waitForLaneAgain = (id: string, channelId: string, count: number): Promise<unknown> =>
  waitFor(`${id} to reach ${count}`, async () => {
    const { length } = await reached(channelId);
    if (length < count) await runLanes(channelId);
    return length >= count;
  });
