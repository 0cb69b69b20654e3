import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SharedCache } from '../../src/platform/cache/shared';
import { waitFor } from '../support/waitFor';
import { command, hasRedisServer, useRedis } from '../support/redis';

/** Another instance: its own memory, its own connection, its own clock. */
async function newInstance(schema = 1) {
  vi.resetModules();
  const shared = await import('../../src/platform/cache/shared.js');
  const { setClock } = await import('../../src/platform/clock.js');
  const { forgetHere } = await import('../../src/platform/cache.js');
  let loads = 0;
  const cache: SharedCache<{ text: string }> = shared.createSharedCache({
    name: 'answers',
    schema,
    maxAgeMs: MAX_AGE,
    recheckMs: RECHECK,
  });
  setClock(() => time);
  return {
    ...shared,
    cache,
    get loads() {
      return loads;
    },
    /** Looks an answer up that goes by the tag "contacts". */
    look: async (key = 'a') =>
      (
        await cache.get(key, ['contacts'], () => {
          loads++;
          return Promise.resolve({ text: truth });
        })
      ).text,
    /** As a new instance, but with the loads counted on. */
    forgetMemory: () => forgetHere(() => true),
  };
}

/** A load of an instance that is under way until it is told how it ends. */
async function slowLoad({ cache }: Awaited<ReturnType<typeof newInstance>>) {
  const slow = Promise.withResolvers<{ text: string }>();
  let began = false;
  const loading = cache.get('a', ['contacts'], () => {
    began = true;
    return slow.promise;
  });
  await waitFor('the load', () => began);
  return {
    end: async (text: string) => {
      slow.resolve({ text });
      await loading;
    },
  };
}

const MAX_AGE = 60_000;
const RECHECK = 5_000;
let time = 0;
/** What the source says. */
let truth = '';
beforeEach(() => {
  time = Date.now();
  truth = 'first';
});
afterEach(() => vi.resetModules());

describe.skipIf(!hasRedisServer())('a cache that instances share', () => {
  const redis = useRedis();

  it('is loaded once for all of them', async () => {
    const [a, b] = [await newInstance(), await newInstance()];
    expect(await a.look()).toBe('first');
    expect(await b.look()).toBe('first');
    expect([a.loads, b.loads]).toEqual([1, 0]);
  });

  it('is loaded anew after a tag was forgotten: here at once, elsewhere after the recheck', async () => {
    const [a, b] = [await newInstance(), await newInstance()];
    await a.look();
    await b.look();
    truth = 'second';
    await a.forget('contacts');
    expect(await a.look()).toBe('second');
    expect(await b.look()).toBe('first');
    time += RECHECK;
    expect(await b.look()).toBe('second');
    expect(b.loads).toBe(0);
  });

  it('is forgotten by a pattern of tags', async () => {
    const [a, b] = [await newInstance(), await newInstance()];
    await a.look();
    truth = 'second';
    await b.forgetLike('other*');
    expect(await (await newInstance()).look()).toBe('first');
    await b.forgetLike('con*s');
    expect(await (await newInstance()).look()).toBe('second');
  });

  it('does not believe what was loaded before a tag was forgotten, and came after', async () => {
    const [a, b] = [await newInstance(), await newInstance()];
    const load = await slowLoad(a);
    truth = 'second';
    await b.forget('contacts');
    await load.end('first');
    expect(await b.look()).toBe('second');
  });

  it('nor what a slow one writes over what came after', async () => {
    const [a, b] = [await newInstance(), await newInstance()];
    const load = await slowLoad(a);
    truth = 'second';
    await b.forget('contacts');
    // The tag has another id from here on.
    await b.look();
    await load.end('first');
    expect(await (await newInstance()).look()).toBe('second');
  });

  it('never gives what is older than its bound, also where Redis could not be told', async () => {
    const [a, b] = [await newInstance(), await newInstance()];
    await a.look();
    await b.look();
    truth = 'second';
    // Nobody is told.
    for (let waited = 0; waited < MAX_AGE; waited += RECHECK) {
      time += RECHECK;
      await b.look();
    }
    expect(await b.look()).toBe('second');
    expect(await a.look()).toBe('second');
  });

  it('does not read what another shape of the value left', async () => {
    await (await newInstance(1)).look();
    truth = 'second';
    expect(await (await newInstance(2)).look()).toBe('second');
    expect(await (await newInstance(1)).look()).toBe('first');
  });

  it.each(['', '{', '[]', 'null', '{"value":1,"at":"x","tagIds":[]}', '{"value":null,"at":1}'])(
    'takes what is none of its entries (%j) for nothing',
    async (text) => {
      const a = await newInstance();
      await a.look();
      const [key] = (await command(redis(), ['KEYS', 'recado:cache:*'])) as [string];
      await command(redis(), ['SET', key, text]);
      a.forgetMemory();
      truth = 'second';
      expect(await a.look()).toBe('second');
    },
  );

  it('misses what Redis threw out, tags too', async () => {
    const a = await newInstance();
    await a.look();
    truth = 'second';
    await command(redis(), ['DEL', 'recado:tag:contacts']);
    a.forgetMemory();
    expect(await a.look()).toBe('second');
    await command(redis(), ['FLUSHALL']);
    truth = 'third';
    a.forgetMemory();
    expect(await a.look()).toBe('third');
  });

  it('two who miss a tag at once agree on its id', async () => {
    const instances = await Promise.all(Array.from({ length: 5 }, () => newInstance()));
    await Promise.all(instances.map((each) => each.look()));
    const another = await newInstance();
    expect(await another.look()).toBe('first');
    expect(another.loads).toBe(0);
  });

  it('keeps nothing for longer than its bound in Redis', async () => {
    await (await newInstance()).look();
    const [key] = (await command(redis(), ['KEYS', 'recado:cache:*'])) as [string];
    const left = (await command(redis(), ['PTTL', key])) as number;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(MAX_AGE);
  });

  it('goes on where Redis is full: nothing is kept, nothing fails', async () => {
    const a = await newInstance();
    await command(redis(), ['CONFIG', 'SET', 'maxmemory', '1']);
    try {
      expect(await a.look()).toBe('first');
      a.forgetMemory();
      truth = 'second';
      expect(await a.look()).toBe('second');
    } finally {
      await command(redis(), ['CONFIG', 'SET', 'maxmemory', '0']);
    }
    a.forgetMemory();
    expect(await a.look()).toBe('second');
    expect(await (await newInstance()).look()).toBe('second');
  });
});

it('without a Redis it is a cache in the instance, of the same bound', async () => {
  vi.stubEnv('UPSTASH_REDIS_REST_URL', '');
  const a = await newInstance();
  expect([await a.look(), await a.look()]).toEqual(['first', 'first']);
  expect(a.loads).toBe(1);
  truth = 'second';
  time += MAX_AGE;
  expect(await a.look()).toBe('second');
  vi.unstubAllEnvs();
});
