import { forgetHere } from '../../../functions/lib/platform/cache.js';
import { createSharedCache } from '../../../functions/lib/platform/cache/shared.js';
import { db } from '../../../functions/lib/platform/firestore.js';
import type { LocalRedis } from '../../lib/localRedis.ts';
import { ask, TIMEOUT_MS, useRedis } from '../redis/product.ts';
import { latencyOf } from '../statistics.ts';
import type { Figure, Sample, Trial } from '../types.ts';

const TIMES = 1_000;
/** As in production: it is what a Redis that hangs costs, once. */
const PRODUCTION_TIMEOUT_MS = 200;

const FIGURES: readonly Figure[] = ['p50', 'p99', 'slowest'].map((name) => ({
  name,
  unit: 'ms',
  better: 'lower',
}));

const answers = createSharedCache<{ found: number }>({
  name: 'bench',
  schema: 1,
  maxAgeMs: 60 * 60_000,
  recheckMs: 60 * 60_000,
});

/** Ten documents, as a page of a dashboard is made of. */
async function load(): Promise<{ found: number }> {
  const found = await db().getAll(
    ...Array.from({ length: 10 }, (_, n) => db().doc(`conversations/${n}`)),
  );
  return { found: found.length };
}

let last = 0;
const newKey = (): string => `new-${last++}`;
const cached = (key: string): Promise<unknown> => answers.get(key, ['bench'], load);

/** What an answer of ten reads takes, depending on where it is found. */
export function answerTrials(redis: LocalRedis): Trial[] {
  const trial = (name: string, value: () => Promise<Sample>): Trial => ({
    name: `an answer of ten reads, ${name}:`,
    figures: FIGURES,
    value,
    baseline: () => latencies(load),
    warmUp: ['baseline', 'value'],
  });
  return [
    trial('found in memory', async () => {
      await cached('known');
      return latencies(() => cached('known'));
    }),
    trial('found in Redis', async () => {
      await cached('known');
      return latencies(() => {
        forgetHere(() => true);
        return cached('known');
      });
    }),
    trial('found nowhere', () => latencies(() => cached(newKey()))),
    trial('while Redis hangs', () => whileFrozen(redis, () => latencies(() => cached(newKey())))),
  ];
}

async function latencies(work: () => Promise<unknown>): Promise<Sample> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const started = performance.now();
    await work();
    times.push(performance.now() - started);
  }
  const { p50, p99 } = latencyOf(times);
  return { p50, p99, slowest: Math.max(...times) };
}

async function whileFrozen(redis: LocalRedis, work: () => Promise<Sample>): Promise<Sample> {
  useRedis(redis.url, PRODUCTION_TIMEOUT_MS);
  process.kill(redis.pid, 'SIGSTOP');
  try {
    return await work();
  } finally {
    process.kill(redis.pid, 'SIGCONT');
    useRedis(redis.url, TIMEOUT_MS);
    await ask((client) => client.ping());
  }
}
