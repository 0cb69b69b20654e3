import { beforeAll, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { launch } from '../../src/campaigns/launch';
import { expand } from '../../src/campaigns/expand';
import { runLane } from '../../src/campaigns/lane';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import {
  allRows,
  allSends,
  campaignAt,
  contactOf,
  draft,
  makeCampaignQueues,
  putTemplate,
  runMinute,
  storeContacts,
  SUPERVISOR,
  waitForStatus,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';
import { connectChannel } from '../support/stored';
import { waitFor } from '../support/waitFor';
import { CHANNEL } from '../support/webhooks';

useProject('campaign-launches');

const RECIPIENTS = process.env['RECADO_CHAOS'] ? 3_000 : 600;
const AT_ONCE = 20;

let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    throughput: { enabled: true, mps: 400 },
    statuses: { sentMs: 20, deliveredMs: 60, readMs: 120 },
  });
  await makeCampaignQueues();
  await connectChannel(CHANNEL, { throughput: 400 });
  await putTemplate(simulator);
});

it(
  `${AT_ONCE} launches, expansions and runs of each lane at once: ${RECIPIENTS} recipients, ${RECIPIENTS} sends; statuses twice and in any order: exact counts`,
  { timeout: 180_000 },
  async () => {
    await simulator.setFaults([
      { kind: 'webhook_duplicate', rate: 0.5 },
      { kind: 'webhook_reorder', withinMs: 500 },
    ]);
    const ids = await storeContacts(RECIPIENTS);
    await draft('launched-often');

    const times = Array.from({ length: AT_ONCE }, (_, n) => n);
    const statuses = await Promise.all(times.map(() => launch(SUPERVISOR, 'launched-often')));
    expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set(['running']));
    await Promise.all([
      ...times.map(() => expand('launched-often')),
      ...times.map((n) => runLane({ channelId: CHANNEL, lane: n % 5 })),
    ]);
    await waitForStatus('launched-often', 'completed');
    await simulator.idle(60_000);
    await waitFor('all to be read', async () => {
      await runMinute();
      return (await campaignAt('launched-often')).totals.read === RECIPIENTS;
    });

    const { total, duplicates, byRecipient, maxPerSecond } = await simulator.counts();
    expect(total).toBe(RECIPIENTS);
    expect(duplicates).toEqual([]);
    expect(Object.keys(byRecipient)).toHaveLength(RECIPIENTS);
    expect(maxPerSecond[CHANNEL]).toBeLessThanOrEqual(400);
    expect((await campaignAt('launched-often')).totals).toEqual({
      recipients: RECIPIENTS,
      accepted: RECIPIENTS,
      sent: RECIPIENTS,
      delivered: RECIPIENTS,
      read: RECIPIENTS,
      failed: 0,
      skipped: 0,
      unknown: 0,
      replied: 0,
      optedOut: 0,
    });
    const rows = await allRows('launched-often');
    expect(rows.map(({ contactId }) => contactId).sort()).toEqual([...ids].sort());
    expect(new Set(rows.map(({ state }) => state))).toEqual(new Set(['read']));
    const reached = (await allSends(simulator)).map(({ recipient }) => contactOf(`+${recipient}`));
    expect(reached.sort()).toEqual([...ids].sort());
  },
);
