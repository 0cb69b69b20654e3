import { beforeAll, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { launch } from '../../src/campaigns/launch';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { campaignsExpand } from '../../src/entry/tasks/campaignsExpand';
import { db } from '../../src/platform/firestore';
import {
  campaignAt,
  draft,
  putTemplate,
  storeContacts,
  SUPERVISOR,
  waitForStatus,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { startLaneProcesses } from '../support/lanes';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';
import { useSimulator } from '../support/simulator';
import { connectChannel } from '../support/stored';
import { waitFor } from '../support/waitFor';
import { CHANNEL } from '../support/webhooks';

// A lane that was not given back would be waited for ten minutes.
useProject('campaign-sigterm', { CAMPAIGN_LEASE_SECONDS: '600' });

const RECIPIENTS = 220;
let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    statuses: { sentMs: 20, deliveredMs: 40, readMs: 60 },
  });
  await makeQueue('campaigns-expand', await host(campaignsExpand));
  // One lane.
  await connectChannel(CHANNEL, { throughput: 40 });
  await putTemplate(simulator);
});

it('a lane whose instance ends gives it back: the next goes on at once, nobody is in doubt', async () => {
  await simulator.setFaults([{ kind: 'latency', ms: 50 }]);
  const processes = await startLaneProcesses(2);
  await storeContacts(RECIPIENTS);
  await draft('sigterm-campaign');
  await launch(SUPERVISOR, 'sigterm-campaign');
  const accepted = async (): Promise<number> => (await simulator.counts()).total;
  for (const point of [40, 120]) {
    await waitFor(`${point} accepted sends`, async () => (await accepted()) >= point, 60_000);
    expect(await processes.terminate(0)).toBe(0);
    const lane = (await db().doc(`lanes/${CHANNEL}_0`).get()).data();
    // Given back, or taken by the one that goes on.
    expect((lane?.['until'] as number) - Date.now() > 10_000).toBe(lane?.['holder'] !== null);
  }
  await waitForStatus('sigterm-campaign', 'completed', 60_000);
  const { totals } = await campaignAt('sigterm-campaign');
  expect(totals).toMatchObject({ recipients: RECIPIENTS, accepted: RECIPIENTS, unknown: 0 });
  expect((await simulator.counts()).duplicates).toEqual([]);
});
