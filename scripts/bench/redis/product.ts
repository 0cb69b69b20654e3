import { askRedis, resetRedis } from '../../../functions/lib/platform/redis.js';
import { LOCAL } from '../../lib/localConfig.ts';
import { UserError } from '../../lib/fail.ts';
import { startLocalRedis, type LocalRedis } from '../../lib/localRedis.ts';
import { HOW_TO_GET_REDIS } from '../../lib/redisServer.ts';

/** Longer than in production: what else a machine does must not look like a Redis that is gone. */
export const TIMEOUT_MS = 2_000;

/** A Redis of the benchmark's own, to which the product in this process is pointed. */
export async function productRedis(timeoutMs = TIMEOUT_MS): Promise<LocalRedis> {
  const redis = await startLocalRedis(() => undefined);
  if (!redis) throw new UserError(`This benchmark needs a Redis. ${HOW_TO_GET_REDIS}`);
  useRedis(redis.url, timeoutMs);
  return { ...redis, stop: () => (useRedis('', timeoutMs), redis.stop()) };
}

/** @param url empty: none */
export function useRedis(url: string, timeoutMs: number): void {
  Object.assign(process.env, {
    UPSTASH_REDIS_REST_URL: url,
    UPSTASH_REDIS_REST_TOKEN: LOCAL.redisToken,
    REDIS_TIMEOUT_MS: String(timeoutMs),
    LOG_LEVEL: 'error',
  });
  resetRedis();
}

/** The client behind it. */
export type Rest = Parameters<Parameters<typeof askRedis>[1]>[0];

/** The product's way to Redis. One that does not answer ends the benchmark. */
export async function ask<T>(work: (redis: Rest) => Promise<T>): Promise<T> {
  const answer = await askRedis('bench', work);
  if (answer === undefined) throw new Error('Redis did not answer within 2 s.');
  return answer;
}
