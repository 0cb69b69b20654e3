import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { askRedis, hasRedis, RedisRefusal, resetRedis } from '../../src/platform/redis';
import { FaultyRedis } from '../support/faultyRedis';
import { hasRedisServer } from '../support/redis';

describe.skipIf(!hasRedisServer())("the product's Redis client", () => {
  let redis: FaultyRedis;
  beforeAll(async () => {
    redis = await FaultyRedis.start();
    for (const [name, value] of Object.entries(redis.environment)) vi.stubEnv(name, value);
    resetRedis();
    await askRedis('warm-up', (client) => client.ping());
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    resetRedis();
    await redis.stop();
  });

  it('sends what is asked in the same turn in one request, each with its own answer', async () => {
    const before = redis.asked;
    const asked = Array.from({ length: 50 }, (_, n) =>
      askRedis('set', async (client) => {
        await client.set(`key${n}`, String(n));
        return client.get<string>(`key${n}`);
      }),
    );
    expect(await Promise.all(asked)).toEqual(asked.map((_, n) => String(n)));
    // The writes, and then the reads.
    expect(redis.asked - before).toBe(2);
  });

  it('tells of a refusal by its code, without what was stored, and only to who asked for it', async () => {
    const [refused, answered] = await Promise.allSettled([
      askRedis('bad', async (client) => {
        await client.set('text', 'a secret');
        return client.incr('text');
      }),
      askRedis('good', (client) => client.set('other', '1')),
    ]);
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'ERR' } });
    const { reason } = refused as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(RedisRefusal);
    expect(String(reason)).not.toContain('secret');
    expect(answered).toEqual({ status: 'fulfilled', value: 'OK' });
  });

  it('is none where there is an address but the function does not hold the token', async () => {
    vi.stubEnv('UPSTASH_REDIS_REST_TOKEN', '');
    resetRedis();
    const before = redis.asked;
    expect(hasRedis()).toBe(false);
    expect(await askRedis('get', (client) => client.get('a'))).toBeUndefined();
    expect(redis.asked).toBe(before);
  });
});
