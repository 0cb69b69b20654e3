import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { SimulatorClient } from '../../../whatsapp-simulator/client.ts';
import { hostProgram } from '../../hosted.ts';
import { bytesOf, commandsOf } from '../../bullmq/redisUse.ts';
import { killAt } from '../../kills.ts';
import { people, prepareWhatsapp } from '../people.ts';
import { startProcess, type Process } from '../../processes.ts';
import { seenBy } from '../rates.ts';
import type { Ran, Run } from '../run.ts';
import { QUEUE, sentKey, statusesKey, type Recipient } from './jobs.ts';
import { startRedisServer } from '../../../lib/redisServer.ts';

/** What a campaign with BullMQ came to. */
export interface BullRan extends Ran {
  /** Redis commands, also those that scripts call, until the last status was written down. */
  commands: number;
  /** What the campaign takes of Redis's memory, at its end. */
  bytes: number;
}

const PER_BULK = 1_000;
/** The documentation calls 100 to 300 standard for jobs that wait for others. */
const CONCURRENCY = 100;
const DAY_SECONDS = 24 * 60 * 60;
const TIMEOUT_MS = 900_000;

/** Runs the same campaign with one BullMQ worker on a Redis of its own. */
export async function runOnBullmq(simulatorUrl: string, run: Run): Promise<BullRan> {
  const simulator = new SimulatorClient(simulatorUrl);
  const redis = await startRedisServer();
  const connection = new Redis(redis.port, '127.0.0.1');
  const queue = new Queue<Recipient>(QUEUE, { connection });
  const environment = { REDIS_PORT: String(redis.port) };
  const webhook = await hostProgram('bullmq-webhook', environment, (port) => [
    join(import.meta.dirname, 'webhook.ts'),
    port,
  ]);
  const start = (): Process =>
    startProcess(
      'bullmq-worker',
      {
        ...environment,
        GRAPH_BASE: simulatorUrl,
        LIMIT: String(run.mps),
        CONCURRENCY: String(CONCURRENCY),
      },
      [join(import.meta.dirname, 'worker.ts')],
    );
  let worker: Process | undefined;
  try {
    await prepareWhatsapp(simulator, webhook.url, run.mps, run.answerMs);
    const campaignId = randomUUID();
    const empty = await bytesOf(connection);
    await connection.config('RESETSTAT');
    await addJobs(queue, campaignId, run.recipients);
    worker = start();
    await Promise.all([
      untilOver(queue, simulator, run),
      run.kills &&
        killAt(run.kills, simulator, async () => {
          await worker?.kill();
          worker = start();
        }),
    ]);
    await simulator.idle(30_000);
    const commands = await commandsOf(connection);
    return {
      seen: await seenBy(simulator),
      outcomes: await outcomesOf(queue, connection, campaignId, run.recipients),
      webhooks: (await simulator.stats()).webhooks,
      commands,
      bytes: (await bytesOf(connection)) - empty,
    };
  } finally {
    await Promise.all([worker?.stop(), webhook.stop(), queue.close()]);
    connection.disconnect();
    await redis.stop();
  }
}

async function addJobs(queue: Queue<Recipient>, campaignId: string, count: number): Promise<void> {
  const audience = people(count);
  for (let from = 0; from < count; from += PER_BULK) {
    await queue.addBulk(
      audience.slice(from, from + PER_BULK).map((person) => ({
        name: 'send',
        data: { campaignId, ...person },
        opts: {
          // Nobody gets two jobs.
          jobId: `${campaignId}-${person.phone}`,
          attempts: 5,
          backoff: { type: 'exponential', delay: 1_000 },
          // Kept for as long as somebody may add it again.
          removeOnComplete: { age: DAY_SECONDS },
        },
      })),
    );
  }
}

async function untilOver(
  queue: Queue<Recipient>,
  simulator: SimulatorClient,
  { recipients, progress }: Run,
): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const { accepted } = await simulator.stats();
    progress(`BullMQ: ${accepted} of ${recipients} sent`);
    const counts = await queue.getJobCounts('completed', 'failed');
    if ((counts['completed'] ?? 0) + (counts['failed'] ?? 0) === recipients) return;
    if (Date.now() > end) throw new Error(`BullMQ is not through after ${TIMEOUT_MS} ms`);
    await setTimeout(2_000);
  }
}

/** What somebody who looks into Redis is told of each recipient. */
async function outcomesOf(
  queue: Queue<Recipient>,
  connection: Redis,
  campaignId: string,
  recipients: number,
): Promise<Map<string, string>> {
  const [sent, statuses, failed] = await Promise.all([
    connection.hgetall(sentKey(campaignId)),
    connection.hgetall(statusesKey(campaignId)),
    queue.getJobs('failed', 0, recipients),
  ]);
  const hasFailed = new Set(failed.map(({ data }) => data.phone));
  const stateOf = (phone: string): string => {
    if (statuses[`${phone}:read`] !== undefined) return 'read';
    if (hasFailed.has(phone)) return 'failed';
    return sent[phone] === undefined ? 'waiting' : 'accepted';
  };
  return new Map(people(recipients).map(({ phone }) => [phone.replace('+', ''), stateOf(phone)]));
}
