import { Ratelimit } from '@upstash/ratelimit';
import type { Redis } from '@upstash/redis' with { 'resolution-mode': 'import' };
import { z } from 'zod';
import { now } from '../clock';
import { askRedis, RedisRefusal } from '../redis';
import type { Grant, Pool } from './limiter';
import { LIMITS, type LimitName } from './table';

const PREFIX = 'limit';

/** The counts of windows under Redis, for a limit that is open or closed. */
export const poolOf = (name: LimitName): Pool =>
  LIMITS[name].withoutRedis === 'open' ? openPool : closedPool;

/** Why nothing can be counted in Redis; null where it can. One that is full answers and refuses. */
export async function whyUncounted(): Promise<string | null> {
  try {
    const answer = await ask((redis) => redis.set(`${PREFIX}:status`, '1', { ex: 60 }));
    return answer === 'OK' ? null : 'Redis does not make sense';
  } catch (error) {
    return error instanceof RedisRefusal ? `Redis refuses: ${error.code}` : 'Redis does not answer';
  }
}

/** What a store that is not one may answer is an error, as if it had not answered. */
const counted = z.object({ success: z.boolean(), remaining: z.number().nonnegative() });

/** Counts with @upstash/ratelimit. A block that is more than what is left is lost. */
const openPool: Pool = {
  async take(key, wanted, { start, end, max }) {
    const answer = await ask((redis) => {
      const limiter = new Ratelimit({
        redis,
        limiter: Ratelimit.fixedWindow(max, `${end - start} ms`),
        prefix: PREFIX,
        // Who asks knows what is used up; the client, when to give up.
        ephemeralCache: false,
        timeout: 0,
        enableTelemetry: false,
      });
      return limiter.limit(key, { rate: wanted });
    });
    const { success, remaining } = counted.parse(answer);
    return { granted: success ? wanted : 0, left: success ? remaining : 0 };
  },
};

/** What Redis answers; that it does not is an error here. */
async function ask<T>(work: (redis: Redis) => Promise<T>): Promise<T> {
  const answer = await askRedis('limit', work);
  if (answer === undefined) throw new Error('Redis does not answer.');
  return answer;
}

/**
 * KEYS: the window's count · since when the store remembers.
 * ARGV: the limit · how much is wanted · milliseconds until the count may go · the time.
 * Returns {granted, left after it, since when the store remembers}.
 */
const TAKE = `
redis.call('SET', KEYS[2], ARGV[4], 'NX')
local left = tonumber(ARGV[1]) - tonumber(redis.call('GET', KEYS[1]) or '0')
local granted = math.max(0, math.min(tonumber(ARGV[2]), left))
if granted > 0 then
  redis.call('INCRBY', KEYS[1], granted)
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return {granted, math.max(0, left - granted), tonumber(redis.call('GET', KEYS[2]))}
`;

const taken = z.tuple([z.int().nonnegative(), z.int().nonnegative(), z.int().positive()]);

/** A count outlives its window by so much, for clocks that differ. */
const GRACE_MS = 10_000;

/**
 * Counts with a script that gives a part where there is not all, and tells of a store that has
 * forgotten: neither of which the library does.
 */
const closedPool: Pool = {
  async take(key, wanted, { start, end, max }): Promise<Grant> {
    const [granted, left, since] = taken.parse(
      await ask((redis) =>
        redis
          .createScript(TAKE)
          .exec(
            [`${PREFIX}:${key}:${start}`, `${PREFIX}:since`],
            [max, wanted, end - now() + GRACE_MS, now()].map(String),
          ),
      ),
    );
    if (granted > wanted) throw new Error('Redis granted more than was asked for.');
    if (since >= start) throw new Error('Redis may have forgotten what it gave of this window.');
    return { granted, left };
  },
};
