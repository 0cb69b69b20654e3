import { dollarsPerMillion } from '../cost/bill.ts';
import { PRICE } from '../campaign/price.ts';
import type { Used } from '../processes.ts';
import { tableOf } from '../table.ts';
import type { PeerRan } from './bullmq/run.ts';
import type { Ran } from './run.ts';

/** Messages a month. */
export const VOLUMES = [10_000, 1_000_000, 100_000_000] as const;

const MONTH_SECONDS = 30 * 24 * 60 * 60;
const MONTH_MINUTES = MONTH_SECONDS / 60;
/** A month's busiest second against its mean. */
const PEAK = 10;

/** Each function of the path: one processor, 512 MiB. */
const SECOND = PRICE.vcpuSecond + 0.5 * PRICE.gibSecond;
/** Cloud Run bills at least so much of a request that is alone. */
const LEAST_SECONDS = 0.1;
/** Below so many messages a second, requests are alone. */
const ALONE_BELOW = 1;
/** Each write of a message or conversation calls a trigger, which mostly looks and ends. */
const TRIGGER_SECONDS = 0.005;
/** Accepted, delivered, read: each comes and goes as at least a KiB. */
const PUBSUB_BYTES = 3 * 2 * 1_024;
/** A task is made and handed over. */
const TASK_OPERATIONS = 2;
const SCHEDULER_JOB = 0.1;
const SCHEDULER_JOBS = 6;
/** With its indexes. */
const STORED_BYTES = 2_048;
const STORED_GIB_MONTH = 0.18;

/** Half a processor for good, of which a service uses at most so much. */
const SERVER_CORES = 0.5;
const SERVER_LOAD = 0.7;

/** What is paid each month without a message. */
function idleMonth(idle: Used): number {
  const firestore = (dollarsPerMillion(idle) / 1e6) * MONTH_MINUTES;
  const requests = (idle.requests * PRICE.requests * MONTH_MINUTES) / 1e6;
  const time = Math.max(idle.requests * LEAST_SECONDS, idle.busyMs / 1_000) * SECOND;
  return firestore + requests + time * MONTH_MINUTES + SCHEDULER_JOBS * SCHEDULER_JOB;
}

/** What a month with so many messages costs on the product. */
export function recadoMonth(volume: number, { used, outcomes }: Ran, idle: Used): number {
  const each = (count: number): number => (count / outcomes.size) * volume;
  const [requests, triggers] = [each(used.requests), each(used.writes)];
  const isAlone = volume / MONTH_SECONDS < ALONE_BELOW;
  const seconds = isAlone
    ? (requests + triggers) * LEAST_SECONDS
    : each(used.busyMs) / 1_000 + triggers * TRIGGER_SECONDS;
  return (
    idleMonth(idle) +
    each(dollarsPerMillion(used)) / 1e6 +
    ((requests + triggers) * PRICE.requests) / 1e6 +
    seconds * SECOND +
    (volume * PUBSUB_BYTES * PRICE.pubsubTiB) / 2 ** 40 +
    (volume * TASK_OPERATIONS * PRICE.cloudTasks) / 1e6 +
    (volume * STORED_BYTES * STORED_GIB_MONTH) / 2 ** 30
  );
}

/** The same with servers and a Redis, whichever of its two prices is the lower. */
export function peerMonth(volume: number, { used, outcomes, commands, bytes }: PeerRan): number {
  const messages = outcomes.size;
  const cores = ((volume / MONTH_SECONDS) * PEAK * used.cpuMs) / messages / 1_000;
  const servers = Math.max(1, Math.ceil(cores / SERVER_CORES / SERVER_LOAD));
  const dayBytes = (bytes / messages) * (volume / 30);
  const byCommand = ((commands / messages) * volume * PRICE.redisCommands) / 1e6;
  const byPlan = Math.max(1, Math.ceil(dayBytes / 1e9)) * PRICE.redisGbMonth;
  return servers * PRICE.serverMonth + Math.min(byCommand, byPlan);
}

const ASSUMPTIONS =
  'List prices in USD for a month, without free tiers and without what WhatsApp charges, from what ' +
  'this run used. Recado: its schedules run each minute of the month; requests that are alone are ' +
  'billed 100 ms each; a message takes 2 KiB of storage; every write calls a trigger. Peer: servers ' +
  `of half a processor, enough for ${PEAK} times the mean at ${SERVER_LOAD * 100} %, one at least; a ` +
  'Redis that keeps a day, by the command or by the GB, whichever is cheaper; its polling while idle, ' +
  'a database for older messages, and a second server for when the first one fails, are not counted.';

/** What months cost on both, by messages a month. */
export function monthsTable(recado: Ran, idle: Used, peer: PeerRan | undefined): string {
  const rows = [0, ...VOLUMES].map((volume) => [
    volume === 0 ? 'none' : volume.toLocaleString('en-US'),
    recadoMonth(volume, recado, idle).toFixed(2),
    peer ? peerMonth(volume, peer).toFixed(2) : '',
  ]);
  const head = ['messages a month', 'Recado, USD', 'BullMQ + Redis + Express, USD'];
  return `${tableOf(head, rows)}\n\n${ASSUMPTIONS}`;
}
