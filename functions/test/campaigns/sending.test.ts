import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { AcceptedSend } from '../../../scripts/whatsapp-simulator/types.ts';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { expand } from '../../src/campaigns/expand';
import { launch } from '../../src/campaigns/launch';
import { lookAfterCampaigns } from '../../src/campaigns/upkeep';
import { clearCaches } from '../../src/platform/cache';
import { db } from '../../src/platform/firestore';
import { installFaults, LOST, type Faults } from '../batch/faults';
import {
  allRows,
  allSends,
  campaignAt,
  connectOwnChannel,
  draft,
  numbersFrom,
  phoneOf,
  putTemplate,
  runLanes,
  sendCampaign,
  SUPERVISOR,
} from '../support/campaigns';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';

useProject('campaign-sending');

let simulator: SimulatorClient;
let faults: Faults;
beforeAll(async () => {
  simulator = await useSimulator('');
  await putTemplate(simulator);
  faults = installFaults();
});
afterEach(() => simulator.clearFaults());
const to = (n: number) => ({ match: { recipient: phoneOf(n).slice(1) } });
const sendsOver = async (channelId: string): Promise<AcceptedSend[]> =>
  (await allSends(simulator)).filter((send) => send.phoneNumberId === channelId);

async function ready(campaignId: string, first: number, count: number): Promise<string> {
  // Six lanes, which all reach for the same two chunks first.
  const channelId = await connectOwnChannel(simulator, { throughput: 121 });
  await draft(campaignId, { channelId, ...numbersFrom(first, count) });
  await launch(SUPERVISOR, campaignId);
  await expand(campaignId);
  return channelId;
}

describe('each recipient gets one', () => {
  it('although it is launched, and expanded, many times at once', async () => {
    const channelId = await connectOwnChannel(simulator);
    await draft('many-launches', { channelId, ...numbersFrom(300, 40) });
    const times = Array.from({ length: 10 });
    await Promise.all(times.map(() => launch(SUPERVISOR, 'many-launches')));
    await Promise.all(times.map(() => expand('many-launches')));
    await runLanes(channelId);
    expect(await sendsOver(channelId)).toHaveLength(40);
    const deeds = await db()
      .collection('auditLog')
      .where('target', '==', 'campaigns/many-launches')
      .where('action', '==', 'campaigns.launch')
      .get();
    expect(deeds.size).toBe(1);
  });

  it('although lanes take the same chunks at once', async () => {
    const channelId = await ready('same-chunks', 0, 60);
    await runLanes(channelId);
    const sends = await sendsOver(channelId);
    expect(new Set(sends.map(({ recipient }) => recipient)).size).toBe(60);
    expect(sends).toHaveLength(60);
    await lookAfterCampaigns();
    expect(await campaignAt('same-chunks')).toMatchObject({
      status: 'completed',
      totals: { recipients: 60, accepted: 60, failed: 0, unknown: 0 },
    });
  });

  it.each(LOST.filter((fault) => fault !== 'silence'))(
    'although every third answer of Firestore gets lost: %s',
    async (fault) => {
      const id = `lost-${fault}`;
      const channelId = await ready(id, 100, 60);
      let commits = 0;
      faults.plan((_, method) => (method === 'commit' && ++commits % 3 === 0 ? fault : undefined));
      await runLanes(channelId);
      faults.end();
      clearCaches();
      const sends = await sendsOver(channelId);
      expect(sends).toHaveLength(60);
      expect(new Set(sends.map(({ recipient }) => recipient)).size).toBe(60);
      expect((await allRows(id)).every(({ state }) => state === 'accepted')).toBe(true);
    },
  );
});

describe('what concerns one recipient', () => {
  it('makes nobody else wait, and leaves no trace when it is over', async () => {
    const channelId = await connectOwnChannel(simulator);
    await simulator.setFaults([
      { kind: 'reject', code: 131056, times: 1, ...to(200) },
      { kind: 'reject', code: 131026, ...to(201) },
    ]);
    await sendCampaign('one-recipient', channelId, numbersFrom(200, 40));
    const sends = await sendsOver(channelId);
    expect(sends).toHaveLength(39);
    expect(`+${sends.at(-1)?.recipient ?? ''}`).toBe(phoneOf(200));
    const waited = (sends.at(-1)?.at ?? 0) - (sends.at(-2)?.at ?? 0);
    expect(waited).toBeGreaterThan(2_000);

    const rows = new Map((await allRows('one-recipient')).map((row) => [row.phone, row]));
    expect(rows.get(phoneOf(200))).toMatchObject({ state: 'accepted', code: null, reason: null });
    expect(rows.get(phoneOf(201))).toMatchObject({
      state: 'failed',
      code: 131026,
      reason: 'undeliverable',
    });
    await lookAfterCampaigns();
    expect(await campaignAt('one-recipient')).toMatchObject({
      status: 'completed',
      totals: { accepted: 39, failed: 1 },
    });
  });
});
