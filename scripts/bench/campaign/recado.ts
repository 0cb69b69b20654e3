import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { laneShares } from '../../../functions/lib/campaigns/rules.js';
import type { Totals } from '../../../functions/lib/campaigns/schema.js';
import { freePorts } from '../../lib/ports.ts';
import { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import { emptyProject } from '../emptyProject.ts';
import { plainFirestore, type PlainFirestore } from '../plainFirestore.ts';
import { makeQueue } from '../queues.ts';
import { killAt } from '../kills.ts';
import { startLanes, type Lanes } from './lanes.ts';
import { prepareWhatsapp, people, storeWorld } from './people.ts';
import {
  differenceOf,
  NOTHING,
  startFunction,
  sumOf,
  type Process,
  type Used,
} from '../processes.ts';
import { launchCampaign, reportOf, useProject } from './product.ts';
import { seenBy } from './rates.ts';
import type { Run, Ran } from './run.ts';

const PROJECT = 'demo-bench-campaign';
const RESERVE_PERCENT = 3;
const MICRO_BATCH = 20;
const MINUTE_MS = 60_000;
const TIMEOUT_MS = 900_000;

/** What a campaign on the product used, by function. */
export interface RecadoRan extends Ran {
  used: Record<'launch' | 'expand' | 'lanes' | 'webhook' | 'minute', Used>;
  reportReads: number;
  lanes: number;
  /** The processor's time of the lanes by the time in which they worked, without their start. */
  laneCpu: number;
  totals: Totals;
}

/** Runs a campaign with every function that it takes in instances of its own, as deployed. */
export async function runOnRecado(simulatorUrl: string, run: Run): Promise<RecadoRan> {
  const firestore = plainFirestore(PROJECT);
  const simulator = new SimulatorClient(simulatorUrl);
  await useProject(PROJECT);
  await emptyProject();
  await storeWorld(firestore, people(run.recipients), run.mps);

  const { microBatch = MICRO_BATCH } = run;
  const environment = {
    GCLOUD_PROJECT: PROJECT,
    // The Cloud Tasks emulator signs no tokens; with this, none is asked for.
    FUNCTIONS_EMULATOR: 'true',
    CAMPAIGN_RESERVE_PERCENT: String(RESERVE_PERCENT),
    CAMPAIGN_MICRO_BATCH: String(microBatch),
    ...(run.kills ? { IN_DOUBT_GRACE_MINUTES: '1' } : {}),
  };
  const ports = await freePorts({ expand: 0, webhook: 0, minute: 0 });
  const url = (name: keyof typeof ports): string => `http://127.0.0.1:${ports[name]}`;
  const start = (name: keyof typeof ports, target: string): Process =>
    startFunction(target, name, ports[name], environment);
  const functions = {
    expand: start('expand', 'campaigns.expand'),
    webhook: start('webhook', 'whatsappWebhook'),
    minute: start('minute', 'schedules.campaigns'),
  };
  const laneCount = laneShares(run.mps, RESERVE_PERCENT, microBatch).length;
  const lanes = await startLanes(run.laneInstances ?? laneCount, environment);
  try {
    await Promise.all(Object.values(functions).map(({ listening }) => listening));
    await makeQueue('campaigns-expand', url('expand'));
    await makeQueue('campaigns-lane', lanes.url, { concurrent: 500 });
    await prepareWhatsapp(simulator, url('webhook'), run.mps, run.answerMs);

    const begun = lanes.used();
    const campaignId = randomUUID();
    const launched = await launchCampaign(campaignId);
    const stopMinutes = startMinutes(url('minute'), run.minuteMs);
    const totals = await Promise.all([
      untilOver(firestore, campaignId, run),
      run.kills && killAt(run.kills, simulator, (draw) => killOne(lanes, laneCount, draw)),
    ])
      .then(([last]) => last)
      .finally(stopMinutes);
    // The last use is told within a moment.
    await setTimeout(1_000);
    const { rows, bill } = await reportOf(campaignId);
    return {
      seen: await seenBy(simulator),
      outcomes: new Map(rows.map(({ phone, state }) => [digitsOf(phone), state])),
      webhooks: (await simulator.stats()).webhooks,
      used: {
        launch: { ...NOTHING, ...launched, requests: 2 },
        expand: functions.expand.used(),
        lanes: lanes.used(),
        webhook: functions.webhook.used(),
        minute: functions.minute.used(),
      },
      reportReads: bill.reads,
      lanes: laneCount,
      laneCpu: shareOf(differenceOf(lanes.used(), begun)),
      totals,
    };
  } finally {
    const all = Object.values(functions).map((each) => each.stop());
    await Promise.all([lanes.stop(), ...all, firestore.terminate()]);
  }
}

export const usedInAll = ({ used }: Pick<RecadoRan, 'used'>): Used => sumOf(Object.values(used));

const shareOf = ({ cpuMs, busyMs }: Used): number => (busyMs > 0 ? cpuMs / busyMs : 0);

const digitsOf = (phone: string | null): string => (phone ?? '').replace('+', '');

const killOne = (lanes: Lanes, count: number, draw: number): Promise<void> =>
  lanes.kill(Math.floor(draw * count));

/** Calls the minute's function at once and at each interval. */
function startMinutes(url: string, minuteMs = MINUTE_MS): () => void {
  const call = (): void => {
    fetch(url, { method: 'POST' }).catch(() => {
      // Its process is stopped while it still looks for statuses.
    });
  };
  call();
  const timer = setInterval(call, minuteMs);
  return () => clearInterval(timer);
}

/** Waits until everybody's message was read, or is known not to be. */
async function untilOver(
  firestore: PlainFirestore,
  campaignId: string,
  { recipients, progress }: Run,
): Promise<Totals> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const snapshot = await firestore.doc(`campaigns/${campaignId}`).get();
    const { status, totals } = snapshot.data() as { status: string; totals: Totals };
    progress(`${totals.accepted} of ${recipients} sent, ${totals.read} read`);
    const isRead = totals.read + totals.unknown + totals.failed === recipients;
    if (status === 'completed' && isRead) return totals;
    if (Date.now() > end) throw new Error(`a campaign is ${status} after ${TIMEOUT_MS} ms`);
    await setTimeout(1_000);
  }
}
