import type { Redis } from '@upstash/redis' with { 'resolution-mode': 'import' };
import { redisAddress, redisTimeoutMs } from '../params';
import { Breaker } from '../shared/breaker';
import { elapsed } from './clock';
import { log } from './log';
import { counter, histogram } from './metrics';

/** How long it is left alone after it failed, at first and at most. */
const REST_MS = 1_000;
const MAX_REST_MS = 30_000;
const SLOW_IN_A_ROW = 3;

interface Connection {
  client: Redis;
  breaker: Breaker;
}

let connection: Promise<Connection | undefined> | undefined;

/** Whether this instance has a Redis to ask; it may be out of order all the same. */
export const hasRedis = (): boolean => redisAddress() !== undefined;

/**
 * Asks Redis, if there is one and it is well. Redis is never needed: it may be gone, slow, full or
 * out of its mind, and whoever asks goes on without. A failure costs one short time-out, after which
 * nobody waits for it until it has been found well again, which is tried beside the work.
 *
 * Commands that are given in the same turn travel in one request. The library is loaded by the
 * first use.
 *
 * @param what the kind of work, for the metrics: `get`, `limit`, …
 * @param work gives the commands; what it gives must not be `undefined`
 * @returns the answer; `undefined`: there is none. What was asked may have been done nevertheless.
 * @throws RedisRefusal where Redis is well and refused the command, for instance because it is full
 * @example
 * const count = await askRedis('count', (redis) => redis.incr('key'));
 */
export async function askRedis<T>(
  what: string,
  work: (redis: Redis) => Promise<T>,
): Promise<T | undefined> {
  const opened = await (connection ??= open());
  if (!opened) return undefined;
  const { client, breaker } = opened;
  const admission = breaker.admit(elapsed());
  if (admission === 'probe') void attempt(breaker, 'probe', () => client.ping());
  if (admission === 'yes') return attempt(breaker, what, () => work(client));
  counter('recado_redis_requests_total', what, 'skipped').inc();
  return undefined;
}

async function attempt<T>(
  breaker: Breaker,
  what: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const started = elapsed();
  const count = (outcome: string): void => {
    counter('recado_redis_requests_total', what, outcome).inc();
    histogram('recado_redis_request_duration_seconds', what).observe((elapsed() - started) / 1_000);
  };
  try {
    const answer = await work();
    count('ok');
    tellChange(breaker, () => breaker.succeeded(elapsed(), elapsed() - started));
    return answer;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal) {
      count('refused');
      tellChange(breaker, () => breaker.succeeded(elapsed(), elapsed() - started));
      throw refusal;
    }
    count('failed');
    tellChange(breaker, () => breaker.failed(elapsed()), error);
    return undefined;
  }
}

/** A line when it is given up and one when it is back, not one a request. */
function tellChange(breaker: Breaker, change: () => void, error?: unknown): void {
  const wasOpen = breaker.isOpen;
  change();
  if (breaker.isOpen === wasOpen) return;
  if (wasOpen) log.info('Redis is back');
  else log.warn('Redis does not answer as it should; going on without', { reason: nameOf(error) });
}

/** The library's messages quote the command, and with it what is stored: they are not for the log. */
const nameOf = (error: unknown): string => {
  if (error === undefined) return 'slow';
  const { name, cause } = error as Error & { cause?: { code?: string } };
  return cause?.code ?? name;
};

/** Redis is well and said no; `code` is the word its errors begin with: OOM, WRONGTYPE, … */
export class RedisRefusal extends Error {
  override readonly name = 'RedisRefusal';
  readonly code: string;

  constructor(code: string) {
    super(`Redis refused a command: ${code}`);
    this.code = code;
  }
}

/** Refusals that no command escapes: with these it is as good as gone. */
const HOPELESS = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM', 'LOADING', 'MASTERDOWN']);

function refusalOf(error: unknown): RedisRefusal | undefined {
  const { name, message } = error as Error;
  if (name !== 'UpstashError') return undefined;
  const code = /^(?:Command failed: |Command \d+ \[ \w+ \] failed: )?([A-Z]{2,}) /.exec(
    message,
  )?.[1];
  return code === undefined || HOPELESS.has(code) ? undefined : new RedisRefusal(code);
}

async function open(): Promise<Connection | undefined> {
  const address = redisAddress();
  if (!address) return undefined;
  const { Redis } = await import('@upstash/redis');
  const timeoutMs = redisTimeoutMs();
  return {
    client: new Redis({
      ...address,
      // Its own retries would make a failure cost several time-outs.
      retry: { retries: 0 },
      signal: () => AbortSignal.timeout(timeoutMs),
      enableAutoPipelining: true,
      enableTelemetry: false,
      // What is stored is text; who stored it knows what it means.
      automaticDeserialization: false,
    }),
    breaker: new Breaker({
      slowMs: timeoutMs / 2,
      slowInARow: SLOW_IN_A_ROW,
      restMs: REST_MS,
      maxRestMs: MAX_REST_MS,
    }),
  };
}

/** Forgets the connection, as a new instance would find it. For tests. */
export function resetRedis(): void {
  connection = undefined;
}
