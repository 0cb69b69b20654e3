import { clearCaches } from '../../../functions/lib/platform/cache.js';
import { closeDb } from '../../../functions/lib/platform/firestore.js';
import { productRedis } from '../redis/product.ts';
import { measure } from '../rounds.ts';
import type { Benchmark } from '../types.ts';
import { answerTrials } from './answers.ts';
import { inboxTrials } from './replay.ts';

const PROJECT = 'demo-bench-cache';
const ROUNDS = 3;

/** What caches save, and what they take. */
export const cache: Benchmark = {
  summary:
    'look-ups of a team at work on the Firestore emulator, in simulated time, a Redis behind the ' +
    "instance's memory; baseline: without caches",
  async run(context) {
    await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await closeDb();
    const redis = await productRedis();
    try {
      const trials = [...inboxTrials(redis), ...answerTrials(redis)];
      return { entries: await measure(context, trials, ROUNDS) };
    } finally {
      await redis.stop();
      clearCaches();
      await closeDb();
    }
  },
};
