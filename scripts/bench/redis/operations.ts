import type { ChainableCommander, Redis as Tcp } from 'ioredis';
import type { Rest } from './product.ts';

/** Something that is done with a Redis, over REST and over a connection of its own. */
export interface Operation {
  name: string;
  rest: (redis: Rest, n: number) => Promise<unknown>;
  tcp: (redis: Tcp, n: number) => Promise<unknown>;
}

const VALUE = 'x'.repeat(100);
/** So many keys take part. */
const KEYS = 1_000;
const key = (n: number): string => `bench:${n % KEYS}`;
const hour = (n: number): string => `bench:hour:${n % 24}`;

/** An event of a counted hour: all, of its type, and of its number; the hour is kept for a month. */
const count = <P extends Counting>(pipeline: P, n: number): P => {
  for (const field of ['all', `type:${n % 5}`, `channel:${n % 3}`]) {
    pipeline.hincrby(hour(n), field, 1);
  }
  pipeline.expire(hour(n), 30 * 86_400);
  return pipeline;
};
interface Counting {
  hincrby(key: string, field: string, by: number): unknown;
  expire(key: string, seconds: number): unknown;
}

const pipeline = (length: number): Operation => ({
  name: `pipeline of ${length}`,
  rest: (redis, n) => filled(redis.pipeline(), length, n).exec(),
  tcp: (redis, n) => whole(filled(redis.pipeline(), length, n)),
});

function filled<P extends { set(key: string, value: string): unknown }>(
  pipeline: P,
  length: number,
  n: number,
): P {
  for (let m = 0; m < length; m++) pipeline.set(key(n + m), VALUE);
  return pipeline;
}

/** A pipeline's answers, of which ioredis makes each failure a part. */
async function whole(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  for (const [error] of answers) if (error) throw error;
  return answers;
}

const day = <P extends { hgetall(key: string): unknown }>(pipeline: P): P => {
  for (let n = 0; n < 24; n++) pipeline.hgetall(hour(n));
  return pipeline;
};

export const OPERATIONS: readonly Operation[] = [
  { name: 'SET', rest: (r, n) => r.set(key(n), VALUE), tcp: (r, n) => r.set(key(n), VALUE) },
  { name: 'GET', rest: (r, n) => r.get(key(n)), tcp: (r, n) => r.get(key(n)) },
  { name: 'INCR', rest: (r, n) => r.incr(`n${key(n)}`), tcp: (r, n) => r.incr(`n${key(n)}`) },
  {
    name: 'LPUSH',
    rest: (redis, n) => redis.lpush(`l${key(n)}`, VALUE),
    tcp: (redis, n) => redis.lpush(`l${key(n)}`, VALUE),
  },
  {
    name: 'ZADD',
    rest: (redis, n) => redis.zadd(`z${n % 10}`, { score: n, member: key(n) }),
    tcp: (redis, n) => redis.zadd(`z${n % 10}`, n, key(n)),
  },
  pipeline(10),
  pipeline(100),
  {
    name: 'analytics write',
    rest: (redis, n) => count(redis.pipeline(), n).exec(),
    tcp: (redis, n) => whole(count(redis.pipeline(), n)),
  },
  {
    name: 'analytics read',
    rest: (redis) => day(redis.pipeline()).exec(),
    tcp: (redis) => whole(day(redis.pipeline())),
  },
];
