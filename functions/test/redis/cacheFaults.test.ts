import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { setTimeout } from 'node:timers/promises';
import { createSharedCache, type SharedCache } from '../../src/platform/cache/shared';
import { counter } from '../../src/platform/metrics';
import { FAULTS, FaultyRedis, TIMEOUT_MS, type Fault } from '../support/faultyRedis';
import { seededRandom } from '../support/random';
import { hasRedisServer } from '../support/redis';
import { waitFor } from '../support/waitFor';

const READERS = 8;
/** Half of the reads are of these, the others of what nobody read before. */
const KEYS = 20;
const SOURCE_MS = 5;
const MAX_AGE_MS = 2_000;
/** A wait for Redis, and nothing else that happens here, takes so long. */
const WAIT_MS = TIMEOUT_MS / 2;

/** Those under which Redis does not answer in time, or not at all. */
const SILENT: readonly Fault[] = ['killed', 'frozen', 'slow', 'nearly too slow'];

interface Read {
  began: number;
  milliseconds: number;
  /** How old the answer was when it was given. */
  age: number;
}

describe.skipIf(!hasRedisServer())('a cache whose Redis', () => {
  const random = seededRandom('cache-faults');
  let redis: FaultyRedis;

  beforeAll(async () => {
    redis = await FaultyRedis.start();
    vi.stubEnv('LOG_LEVEL', 'error');
    for (const [name, value] of Object.entries(redis.environment)) vi.stubEnv(name, value);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await redis.stop();
  });

  it.each(FAULTS)(
    'is %s in the middle of the load: no read fails or is too old, soon none waits, and it is used again by itself',
    async (fault) => {
      const load = startLoad();
      await load.reads(200);
      expect(load.hits()).toBeGreaterThan(0);

      await redis.break(fault);
      const broken = performance.now();
      await waitFor('a second of load', () => performance.now() - broken > 1_000);
      const askedBefore = redis.asked;
      const began = performance.now();
      const late = await load.reads(400);
      const seconds = (performance.now() - began) / 1_000;
      // As without Redis: nobody waits for it.
      expect(late.filter(({ milliseconds }) => milliseconds > WAIT_MS)).toEqual([]);
      if (SILENT.includes(fault)) {
        // A probe now and then.
        expect(redis.asked - askedBefore).toBeLessThanOrEqual(1 + seconds);
        // Each reader waited once, or as often as it takes to tell slow from dead.
        const waits = load.all().filter(({ milliseconds }) => milliseconds > WAIT_MS);
        expect(waits.length).toBeLessThanOrEqual(3 * READERS);
      }

      await redis.mend();
      load.hits();
      await waitFor('answers from Redis', () => load.hits() > 0);
      for (const { age, milliseconds } of await load.end()) {
        expect(age).toBeLessThanOrEqual(MAX_AGE_MS + milliseconds);
      }
    },
  );

  /** Readers ask for answers without end. With a Redis that is well each read asks it. */
  function startLoad() {
    const name = `faults-${random.below(1e9)}`;
    const cache: SharedCache<{ loadedAt: number }> = createSharedCache({
      name,
      schema: 1,
      maxAgeMs: MAX_AGE_MS,
      recheckMs: 0,
    });
    const hits = counter('recado_cache_requests_total', name, 'redis', 'hit');
    const done: Read[] = [];
    const stop = new AbortController();
    let asked = 0;
    const nextKey = (): string => (++asked % 2 ? `new-${asked}` : String(random.below(KEYS)));
    const read = async (): Promise<Read> => {
      const began = performance.now();
      const { loadedAt } = await cache.get(nextKey(), ['all'], async () => {
        const value = { loadedAt: performance.now() };
        await setTimeout(SOURCE_MS);
        return value;
      });
      const at = performance.now();
      return { began, milliseconds: at - began, age: at - loadedAt };
    };
    const running = Promise.all(
      Array.from({ length: READERS }, async () => {
        while (!stop.signal.aborted) {
          done.push(await read());
          await setTimeout(random.below(5));
        }
      }),
    );
    // A read that fails is told by the end.
    running.catch(() => undefined);
    const end = async (): Promise<Read[]> => {
      stop.abort();
      await running;
      return done;
    };
    onTestFinished(async () => {
      await end();
    });
    return {
      all: () => done,
      /** Answers that Redis gave since it was asked last. */
      hits: () => hits.take() ?? 0,
      /** The next `n` that begin from now on. */
      async reads(n: number): Promise<Read[]> {
        const from = performance.now();
        const since = () => done.filter(({ began }) => began >= from);
        await Promise.race([waitFor(`${n} reads`, () => since().length >= n), running]);
        return since();
      },
      end,
    };
  }
});
