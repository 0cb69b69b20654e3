import { AppError } from '../../shared/errors';
import { hasRedis } from '../redis';
import { createLimiter, type Limiter, type Pool, type Verdict, type Wish } from './limiter';
import { LIMITS, type LimitName } from './table';

const limiters = new Map<LimitName, Limiter>();

/** Loaded where Redis is configured only, by the first call that is limited. */
const lazyPool = (name: LimitName): Pool => ({
  async take(...wanted) {
    const { poolOf } = await import('./redisPool.js');
    return poolOf(name).take(...wanted);
  },
});

function limiterOf(name: LimitName): Limiter {
  let limiter = limiters.get(name);
  if (!limiter) {
    limiter = createLimiter(name, LIMITS[name], hasRedis() ? lazyPool(name) : undefined);
    limiters.set(name, limiter);
  }
  return limiter;
}

/**
 * Counts a call for a limit. Costs one round trip to Redis at most, and mostly none; without Redis
 * the limit holds in this instance.
 *
 * @throws AppError `resource-exhausted` over the limit, `unavailable` where a closed limit cannot be
 * counted; both with `details.retryAfterSeconds`
 */
export async function checkLimit(name: LimitName, wish: Wish): Promise<void> {
  const verdict = await limiterOf(name).take(wish);
  if (!verdict.ok) throw refusal(name, wish.amount ?? 1, verdict);
}

function refusal(
  limit: LimitName,
  amount: number,
  { because, max, retryAfterMs }: Exclude<Verdict, { ok: true }>,
): AppError {
  const retryAfterSeconds = Math.ceil(retryAfterMs / 1_000);
  const windowSeconds = LIMITS[limit].windowMs / 1_000;
  const wait = `Try again in ${retryAfterSeconds} ${retryAfterSeconds === 1 ? 'second' : 'seconds'}.`;
  const details = { limit, max, windowSeconds, retryAfterSeconds };
  if (because === 'uncounted') {
    return new AppError('unavailable', `Nothing is sent while it cannot be counted. ${wait}`, {
      details: { reason: 'rate-limit-uncounted', ...details },
    });
  }
  if (amount > max) {
    return new AppError(
      'resource-exhausted',
      `This asks for ${amount} at once; ${max} in ${windowSeconds} seconds are allowed.`,
      { details: { reason: 'rate-limit', ...details, hint: 'Ask for less at once.' } },
    );
  }
  return new AppError('resource-exhausted', `That is too much at once. ${wait}`, {
    details: { reason: 'rate-limit', ...details },
  });
}

/** How limits are held at the moment, for `/status`. */
export interface LimitsStatus {
  /** Whether the instances count together, or each by itself. */
  heldBy: 'all-instances' | 'each-instance';
  /** Why not by all; null where they are. */
  reason: string | null;
  limits: { name: LimitName; windowSeconds: number; withoutRedis: 'open' | 'closed' }[];
}

/** Finds out how limits are held: one write to Redis, if there is one. */
export async function limitsStatus(): Promise<LimitsStatus> {
  const reason = await whyNotTogether();
  return {
    heldBy: reason === null ? 'all-instances' : 'each-instance',
    reason,
    limits: Object.entries(LIMITS).map(([name, { windowMs, withoutRedis }]) => ({
      name: name as LimitName,
      windowSeconds: windowMs / 1_000,
      withoutRedis,
    })),
  };
}

async function whyNotTogether(): Promise<string | null> {
  if (!hasRedis()) return 'Redis is not configured: each instance holds the limits by itself.';
  const { whyUncounted } = await import('./redisPool.js');
  const reason = await whyUncounted();
  return reason === null
    ? null
    : `${reason}: closed limits refuse, open ones each instance holds by itself.`;
}

/** Forgets everything counted, as a new instance would. For tests. */
export const clearLimits = (): void => limiters.clear();
