import { beforeAll, expect, it } from 'vitest';
import type { SimulatorClient } from '../../../scripts/whatsapp-simulator/client.ts';
import { launch } from '../../src/campaigns/launch';
import { laneShares } from '../../src/campaigns/rules';
import { whatsappWebhook } from '../../src/entry/http/whatsappWebhook';
import { campaignsExpand } from '../../src/entry/tasks/campaignsExpand';
import { campaignsLane } from '../../src/entry/tasks/campaignsLane';
import { setClock } from '../../src/platform/clock';
import {
  allRows,
  allSends,
  campaignAt,
  contactOf,
  draft,
  putTemplate,
  runMinute,
  storeContacts,
  SUPERVISOR,
  waitForStatus,
} from '../support/campaigns';
import { host } from '../support/hosting';
import { startLaneProcesses } from '../support/lanes';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';
import { seededRandom } from '../support/random';
import { useSimulator } from '../support/simulator';
import { connectChannel } from '../support/stored';
import { waitFor } from '../support/waitFor';
import { CHANNEL } from '../support/webhooks';

useProject('campaign-kill', { CAMPAIGN_LEASE_SECONDS: '2' });

/** `npm run test:chaos` runs the whole of it. */
const [RECIPIENTS, KILLS] = process.env['RECADO_CHAOS'] ? [10_000, 100] : [1_500, 25];
const THROUGHPUT = 80;
const MICRO_BATCH = 20;

let simulator: SimulatorClient;
beforeAll(async () => {
  simulator = await useSimulator(await host(whatsappWebhook), {
    // Refuses what is over the channel's throughput in any second.
    throughput: { enabled: true, mps: THROUGHPUT },
    statuses: { sentMs: 50, deliveredMs: 100, readMs: 200 },
  });
  await makeQueue('campaigns-expand', await host(campaignsExpand));
  await connectChannel(CHANNEL, { throughput: THROUGHPUT });
  await putTemplate(simulator);
});

it(
  `${RECIPIENTS} recipients, a lane killed ${KILLS} times: nobody gets two, none is lost`,
  { timeout: 600_000 },
  async () => {
    const random = seededRandom('campaign SIGKILL');
    await simulator.setFaults([{ kind: 'latency', ms: 20 }]);
    const lanes = laneShares(THROUGHPUT, 3, MICRO_BATCH).length;
    const processes = await startLaneProcesses(lanes);
    const ids = await storeContacts(RECIPIENTS);
    await draft('kill-campaign');
    await launch(SUPERVISOR, 'kill-campaign');

    const accepted = async (): Promise<number> => (await simulator.counts()).total;
    const points = Array.from({ length: KILLS }, () =>
      Math.floor(random.below(RECIPIENTS - KILLS * MICRO_BATCH - 100)),
    ).sort((a, b) => a - b);
    for (const point of points) {
      await waitFor(
        `${point} accepted sends`,
        async () => {
          await runMinute();
          return (await accepted()) >= point;
        },
        120_000,
      );
      processes.kill(random.below(lanes));
    }

    // All that can be sent is; the rest is in doubt.
    const isSent = async (): Promise<boolean> => {
      await runMinute();
      const rows = await allRows('kill-campaign');
      return rows.length === RECIPIENTS && rows.every(({ state }) => state !== 'waiting');
    };
    await waitFor('everybody to be sent to or in doubt', isSent, 300_000);
    await simulator.idle(30_000);
    await runMinute();

    // After the grace period, the next run of a lane ends the doubts.
    processes.handOverTo(await host(campaignsLane));
    const restoreClock = setClock(() => Date.now() + 20 * 60_000);
    await waitForStatus('kill-campaign', 'completed', 120_000);
    restoreClock();
    await runMinute();

    const counts = await simulator.counts();
    const { totals } = await campaignAt('kill-campaign');
    console.log(
      `SIGKILL: ${counts.total} accepted, ${totals.read} read, ${totals.unknown} unknown, ` +
        `${counts.maxPerSecond[CHANNEL] ?? 0} a second at most`,
    );
    expect(counts.duplicates).toEqual([]);
    expect(Math.max(...Object.values(counts.byRecipient))).toBe(1);
    expect(counts.maxPerSecond[CHANNEL]).toBeLessThanOrEqual(THROUGHPUT);
    expect(totals.recipients).toBe(RECIPIENTS);
    expect(totals.read).toBe(counts.total);
    expect(totals.accepted).toBe(counts.total);
    expect(totals.read + totals.unknown).toBe(RECIPIENTS);
    expect(totals.unknown).toBeLessThanOrEqual(KILLS * MICRO_BATCH);

    // The journal, the report and the counts tell the same of each recipient.
    const reached = new Set(
      (await allSends(simulator)).map(({ recipient }) => contactOf(`+${recipient}`)),
    );
    const rows = new Map((await allRows('kill-campaign')).map((row) => [row.contactId, row.state]));
    expect([...rows.keys()].sort()).toEqual([...ids].sort());
    for (const [id, state] of rows) expect(state).toBe(reached.has(id) ? 'read' : 'unknown');
  },
);
