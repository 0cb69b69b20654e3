import type { Measure } from './types.ts';

/** How each parameter is measured. Each is loaded when it runs; a new one is a file and a line here. */
export const MEASURES: Record<string, () => Promise<Measure>> = {
  WEBHOOK_CONCURRENCY: async () => (await import('./webhook.ts')).webhook,
  CAMPAIGN_MICRO_BATCH: async () => (await import('./campaign.ts')).campaign,
  CONVERSATION_CACHE_MIB: async () => (await import('./cache.ts')).cache,
  FIRESTORE_IDLE_CHANNELS: async () => (await import('./channels.ts')).channels,
};
