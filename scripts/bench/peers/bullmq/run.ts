import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePorts } from '../../../lib/ports.ts';
import { SimulatorClient } from '../../../whatsapp-simulator/client.ts';
import { startRedisServer } from '../../../lib/redisServer.ts';
import { bytesOf, commandsOf } from '../../bullmq/redisUse.ts';
import { killAt } from '../../kills.ts';
import { differenceOf, startProcess, useOf, type Process } from '../../processes.ts';
import { openConversations } from '../../send/intents.ts';
import {
  handOver,
  makeMessages,
  post,
  prepareWhatsapp,
  seenBy,
  type Message,
} from '../messages.ts';
import type { Ran, Run } from '../run.ts';
import { messageKey, QUEUE } from './jobs.ts';

/** The documentation calls 100 to 300 standard for jobs that wait for others. */
const CONCURRENCY = 100;
const TIMEOUT_MS = 300_000;

/** What the peer came to; its Redis is a service of its own, as Firestore is the product's. */
export interface PeerRan extends Ran {
  /** Redis commands, also those that scripts call, until the last status was written down. */
  commands: number;
  /** What the messages take of Redis's memory, at the end. */
  bytes: number;
}

/** Hands the messages to an Express service with one BullMQ worker, on a Redis of its own. */
export async function runOnBullmq(simulatorUrl: string, run: Run): Promise<PeerRan> {
  const simulator = new SimulatorClient(simulatorUrl);
  const redis = await startRedisServer();
  const connection = new Redis(redis.port, '127.0.0.1');
  const { port } = await freePorts({ port: 0 });
  const apiKey = randomUUID();
  const environment = { REDIS_PORT: String(redis.port), API_KEY: apiKey };
  const service = startProcess('peers-service', environment, [
    join(import.meta.dirname, 'service.ts'),
    String(port),
  ]);
  const startWorker = (): Process =>
    startProcess(
      'peers-worker',
      {
        ...environment,
        GRAPH_BASE: simulatorUrl,
        LIMIT: String(run.mps),
        CONCURRENCY: String(CONCURRENCY),
      },
      [join(import.meta.dirname, 'worker.ts')],
    );
  const workers = [startWorker()];
  const url = `http://127.0.0.1:${port}`;
  try {
    await service.listening;
    await prepareWhatsapp(simulator, `${url}/webhook`, run);
    const messages = makeMessages(run.messages);
    await openConversations(
      simulator,
      messages.map(({ phone }) => phone),
    );
    const before = await useOf([service, ...workers]);
    const empty = await bytesOf(connection);
    await connection.config('RESETSTAT');
    const headers = { authorization: `Bearer ${apiKey}` };
    const [{ dueAt, taken }] = await Promise.all([
      handOver(messages, run.perSecond, (message) => post(`${url}/messages`, message, headers)),
      untilOver(connection, run),
      run.kills &&
        killAt(run.kills, simulator, async () => {
          await workers.at(-1)?.kill();
          workers.push(startWorker());
        }),
    ]);
    await simulator.idle(30_000);
    const commands = await commandsOf(connection);
    return {
      ...(await seenBy(simulator, dueAt)),
      taken,
      outcomes: await outcomesOf(connection, messages),
      used: differenceOf(await useOf([service, ...workers]), before),
      commands,
      bytes: (await bytesOf(connection)) - empty,
    };
  } finally {
    await Promise.all([service, ...workers].map((each) => each.stop()));
    connection.disconnect();
    await redis.stop();
  }
}

/** Waits until the queue has done, or given up, every message. */
async function untilOver(connection: Redis, run: Run): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    const over = await Promise.all([connection.zcard(COMPLETED), connection.zcard(FAILED)]);
    const count = over[0] + over[1];
    run.progress(`BullMQ: ${count} of ${run.messages} done`);
    if (count === run.messages) return;
    if (Date.now() > end) throw new Error(`${count} of ${run.messages} after ${TIMEOUT_MS} ms`);
    await setTimeout(2_000);
  }
}

const COMPLETED = `bull:${QUEUE}:completed`;
const FAILED = `bull:${QUEUE}:failed`;

/** What somebody who looks into Redis is told of each recipient. */
async function outcomesOf(
  connection: Redis,
  messages: readonly Message[],
): Promise<Map<string, string>> {
  const pipeline = connection.pipeline();
  for (const { key } of messages) {
    pipeline.hmget(messageKey(key), 'read', 'wamid');
    pipeline.zscore(FAILED, key);
  }
  const answers = ((await pipeline.exec()) ?? []).map(([, answer]) => answer);
  return new Map(
    messages.map(({ phone }, index) => {
      const [read, wamid] = answers[2 * index] as (string | null)[];
      const hasFailed = answers[2 * index + 1] !== null;
      const other = hasFailed ? 'failed' : wamid ? 'accepted' : 'waiting';
      return [phone, read ? 'read' : other];
    }),
  );
}
