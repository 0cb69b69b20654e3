import { afterAll, beforeEach } from 'vitest';
import { LOCAL } from '../../../scripts/lib/localConfig';
import {
  HOW_TO_GET_REDIS,
  redisIsInstalled,
  startRedisServer,
  type RedisServer,
} from '../../../scripts/lib/redisServer';
import { startBridge, type Bridge } from '../../../scripts/redis-bridge/server';
import { resetRedis } from '../../src/platform/redis';

/** A real Redis of a test file's own, behind Upstash's REST protocol. */
export interface TestRedis {
  server: RedisServer;
  bridge: Bridge;
  /** What points the product to it. */
  environment: Record<string, string>;
}

/**
 * Whether there is a Redis to test with. CI has to have one; elsewhere those who lack it are told
 * so, and the tests that need it are passed over: `describe.skipIf(!hasRedisServer())`.
 */
export function hasRedisServer(): boolean {
  if (redisIsInstalled()) return true;
  const missing = `Nothing was tested with Redis. ${HOW_TO_GET_REDIS}`;
  if (process.env['CI']) throw new Error(missing);
  console.warn(missing);
  return false;
}

/**
 * A Redis for the tests of a file, empty at each; the product in this process is pointed to it. Its
 * time-out is long, because the machine is busy with other tests; those of faults set it short.
 */
export function useRedis(timeoutMs = 5_000): () => TestRedis {
  let redis: TestRedis | undefined;
  beforeEach(async () => {
    redis ??= await startTestRedis(timeoutMs);
    Object.assign(process.env, redis.environment);
    resetRedis();
    await command(redis, ['FLUSHALL']);
  });
  afterAll(async () => {
    process.env['UPSTASH_REDIS_REST_URL'] = '';
    await redis?.bridge.close();
    await redis?.server.stop();
  });
  return () => redis as TestRedis;
}

async function startTestRedis(timeoutMs: number): Promise<TestRedis> {
  const server = await startRedisServer();
  const bridge = await startBridge({ redisPort: server.port, token: LOCAL.redisToken });
  const environment = {
    UPSTASH_REDIS_REST_URL: bridge.url,
    UPSTASH_REDIS_REST_TOKEN: LOCAL.redisToken,
    REDIS_TIMEOUT_MS: String(timeoutMs),
  };
  return { server, bridge, environment };
}

/** Runs one command, past the product. */
export async function command(redis: TestRedis, words: (string | number)[]): Promise<unknown> {
  const response = await fetch(redis.bridge.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${LOCAL.redisToken}` },
    body: JSON.stringify(words),
  });
  const { result, error } = (await response.json()) as { result?: unknown; error?: string };
  if (error !== undefined) throw new Error(error);
  return result;
}
