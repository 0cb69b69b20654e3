import { execFileSync } from 'node:child_process';
import { LOCAL } from '../lib/localConfig.ts';
import { runSchedule } from '../lib/schedules.ts';
import type { Stack } from '../lib/stack.ts';
import type { SimulatorClient } from '../whatsapp-simulator/client.ts';
import { until, type Checks } from './checks.ts';
import type { MemberApp } from './client.ts';

export const CAMPAIGN = 'demo-campaign';
const RECIPIENTS = 1_000;
const MICRO_BATCH = 20;
const LEASE_MS = 40_000;

interface Totals {
  recipients: number;
  accepted: number;
  read: number;
  unknown: number;
}

interface Page {
  rows: { state: string }[];
  nextCursor: string | null;
}

/** What the campaign came to; `inDoubt` messages may or may not have been sent when it was killed. */
export interface CampaignResult {
  recipients: number;
  sent: number;
  /** Of which WhatsApp's answer was recorded. */
  accepted: number;
  inDoubt: number;
}

/** A campaign of 1,000 recipients from a CSV file, whose sender is killed in the middle. */
export async function runCampaign(
  stack: Stack,
  supervisor: MemberApp,
  simulator: SimulatorClient,
  checks: Checks,
): Promise<CampaignResult> {
  const before = (await simulator.counts()).total;
  await supervisor.call('campaigns-create', {
    campaignId: CAMPAIGN,
    name: 'Spring',
    channelId: LOCAL.channelId,
    audience: { kind: 'csv', csv: csv() },
    variants: [
      {
        template: { name: 'order_update', language: 'es' },
        variables: {
          'body.1': { column: 'name', fallback: 'hola' },
          'body.2': { column: 'order' },
        },
      },
    ],
  });
  const preflight = await supervisor.call<{ recipients: number; problems: unknown[] }>(
    'campaigns-preflight',
    { campaignId: CAMPAIGN },
  );
  checks.equal('preflight: recipients', preflight.recipients, RECIPIENTS);
  checks.equal('preflight: problems', preflight.problems, []);

  let seen: Totals | undefined;
  const stopListening = supervisor.listen(`campaigns/${CAMPAIGN}`, (data) => {
    seen = data['totals'] as Totals;
  });
  await supervisor.call('campaigns-launch', { campaignId: CAMPAIGN });
  const sent = async (): Promise<number> => (await simulator.counts()).total - before;
  await until('a third of the campaign', async () => (await sent()) > RECIPIENTS / 3);
  const killed = killLane(stack.projectId);
  console.log(`  a lane's process is killed after ${await sent()} sends (${killed} found)`);

  // Cloud Scheduler does this each minute; the killed lane's work is free once its lease is over.
  const isThrough = async (): Promise<boolean> => {
    await runSchedule(stack, 'schedules-campaigns');
    const states = (await allRows(supervisor)).map(({ state }) => state);
    return (
      states.length === RECIPIENTS &&
      states.every((state) => state === 'read' || state === 'sending' || state === 'unknown')
    );
  };
  await until('everybody to have it, or to be in doubt', isThrough, 3 * LEASE_MS);
  await simulator.idle(60_000);
  await runSchedule(stack, 'schedules-campaigns');

  const rows = await allRows(supervisor);
  const read = rows.filter(({ state }) => state === 'read').length;
  const total = await sent();
  checks.equal('campaign: sends at WhatsApp are all read', read, total);
  checks.equal('campaign: in doubt, a micro-batch at most', RECIPIENTS - read <= MICRO_BATCH, true);
  checks.equal('campaign: the listener saw the totals', seen?.read, read);
  stopListening();
  return {
    recipients: RECIPIENTS,
    sent: total,
    accepted: seen?.accepted ?? 0,
    inDoubt: RECIPIENTS - read,
  };
}

const csv = (): string =>
  [
    'phone;name;order',
    ...Array.from({ length: RECIPIENTS }, (_, n) => `+${34_622_000_000 + n};Ana ${n};#${n}`),
  ].join('\n');

async function allRows(supervisor: MemberApp): Promise<Page['rows']> {
  const rows: Page['rows'] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await supervisor.call<Page>('campaigns-report', {
      campaignId: CAMPAIGN,
      ...(cursor === null ? {} : { cursor }),
    });
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** Ends one of this stack's processes that run a lane, as a crash would; gives how many there were. */
function killLane(projectId: string): number {
  // With the environment of each process, on Linux and macOS.
  const listed = execFileSync('ps', ['axeww', '-o', 'pid=,command='], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const pids = listed
    .split('\n')
    .filter((line) => line.includes('FUNCTION_TARGET=campaigns.lane') && line.includes(projectId))
    .map((line) => Number.parseInt(line, 10));
  const [pid] = pids;
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  return pids.length;
}
