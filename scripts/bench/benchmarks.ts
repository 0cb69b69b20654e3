import type { Benchmark } from './types.ts';

/** Every benchmark by name. Each is loaded when it runs; a new one is a file and a line here. */
export const BENCHMARKS: Record<string, () => Promise<Benchmark>> = {
  batch: async () => (await import('./batch/batch.ts')).batch,
  ingest: async () => (await import('./ingest/ingest.ts')).ingest,
  send: async () => (await import('./send/send.ts')).send,
  queue: async () => (await import('./queue/queue.ts')).queue,
  campaign: async () => (await import('./campaign/campaign.ts')).campaign,
  peers: async () => (await import('./peers/peers.ts')).peers,
  import: async () => (await import('./import/import.ts')).importContacts,
  metrics: async () => (await import('./metrics/metrics.ts')).metrics,
  cache: async () => (await import('./cache/cache.ts')).cache,
  redis: async () => (await import('./redis/redis.ts')).redis,
  coldstart: async () => (await import('./coldstart/coldstart.ts')).coldstart,
  cost: async () => (await import('./cost/cost.ts')).cost,
};
