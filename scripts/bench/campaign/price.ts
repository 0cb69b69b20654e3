import { dollarsPerMillion } from '../cost/bill.ts';
import type { BullRan } from './bullmq/run.ts';
import type { Used } from '../processes.ts';
import { usedInAll, type RecadoRan } from './recado.ts';

/** List prices in USD, outside the free tiers. */
export const PRICE = {
  /** A million operations: a task created, a task handed over. */
  cloudTasks: 0.4,
  pubsubTiB: 40,
  vcpuSecond: 0.000024,
  gibSecond: 0.0000025,
  /** A million requests to functions. */
  requests: 0.4,
  /** A million commands at Upstash, and a GB of its fixed plans for a month. */
  redisCommands: 2,
  redisGbMonth: 20,
  /** An e2-small for a month: enough for the worker and the webhook. */
  serverMonth: 12.23,
} as const;

/** What each function is deployed with: parts of a processor, GiB of memory. */
const SIZES: Record<keyof RecadoRan['used'], { vcpu: number; gib: number }> = {
  launch: { vcpu: 1, gib: 0.25 },
  expand: { vcpu: 1, gib: 0.5 },
  lanes: { vcpu: 1 / 6, gib: 0.25 },
  webhook: { vcpu: 1, gib: 0.5 },
  minute: { vcpu: 1, gib: 0.5 },
};

/** Pub/Sub bills each request as at least so much; and a message when it comes and when it goes. */
const PUBSUB_LEAST = 1_024;
const PUBSUB_TIMES = 2;
/** A campaign's status as it is published. */
const STATUS_BYTES = 300;

/** USD by what they are paid for. */
export type Price = Record<string, number>;

export const totalOf = (price: Price): number =>
  Object.values(price).reduce((sum, part) => sum + part, 0);

/** What a million recipients cost, as far as it grows with them, going by what fewer took. */
export function recadoPrice(ran: RecadoRan): Price {
  const recipients = ran.totals.recipients;
  const all = usedInAll(ran);
  const functions = Object.entries(ran.used) as [keyof RecadoRan['used'], Used][];
  const time = functions.reduce((sum, [name, { busyMs }]) => {
    const { vcpu, gib } = SIZES[name];
    return sum + (busyMs / 1_000) * (vcpu * PRICE.vcpuSecond + gib * PRICE.gibSecond);
  }, 0);
  const { posted, updates } = ran.webhooks;
  const published = posted * Math.max(PUBSUB_LEAST, (updates / posted) * STATUS_BYTES);
  const tasks = 2 * (ran.used.expand.requests + ran.used.lanes.requests);
  return {
    Firestore: dollarsPerMillion(all) / recipients,
    'time of functions': (time * 1e6) / recipients,
    'requests to functions': (all.requests * PRICE.requests) / recipients,
    'Pub/Sub': (published * PUBSUB_TIMES * PRICE.pubsubTiB * 1e6) / 2 ** 40 / recipients,
    'Cloud Tasks': (tasks * PRICE.cloudTasks) / recipients,
  };
}

/** The same with BullMQ: Redis paid by the command, or a plan that holds it; and a server. */
export function bullmqPrices({ commands, bytes, outcomes }: BullRan): [Price, Price] {
  const recipients = outcomes.size;
  const server = { 'server, a month': PRICE.serverMonth };
  const gigabytes = Math.ceil((bytes * 1e6) / recipients / 1e9);
  return [
    { 'Redis, by the command': (commands * PRICE.redisCommands) / recipients, ...server },
    { [`Redis, ${gigabytes} GB a month`]: gigabytes * PRICE.redisGbMonth, ...server },
  ];
}
