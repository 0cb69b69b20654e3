import { beforeAll, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import {
  connectOwnChannel,
  drainUntil,
  putTemplate,
  sendCampaign,
  storeContacts,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { useSimulator } from '../support/simulator';

useProject('campaign-cost');

let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 10, deliveredMs: 100, readMs: 200 },
  });
  await putTemplate(simulator);
});

const RECIPIENTS = 1_000;

it('a recipient costs at most 0.25 writes and 1.1 reads, all statuses included', async () => {
  const channelId = await connectOwnChannel(simulator, { throughput: 100 });
  await storeContacts(RECIPIENTS);
  const bill = await billOf(async () => {
    await sendCampaign('what-it-costs', channelId);
    await simulator.idle();
    await drainUntil('what-it-costs', 'all to be read', ({ read }) => read === RECIPIENTS);
  });
  console.log(`${RECIPIENTS} recipients: ${bill.writes} writes, ${bill.reads} reads`);
  expect(bill.writes / RECIPIENTS).toBeLessThanOrEqual(0.25);
  expect(bill.reads / RECIPIENTS).toBeLessThanOrEqual(1.1);
});
