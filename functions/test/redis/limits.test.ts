import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { FAULTS, FaultyRedis, TIMEOUT_MS, type Fault } from '../support/faultyRedis';
import { startInstance, type Instance, type Outcome } from '../support/limitedInstance';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { hasRedisServer } from '../support/redis';
import { waitFor } from '../support/waitFor';

const LIMIT = 30;
const READS = 20;
const INSTANCES = 3;
const MINUTE_MS = 60_000;

useProject('limits-redis', { LIMIT_WHATSAPP: String(LIMIT), LIMIT_API_AGENT: '1000000' });

describe.skipIf(!hasRedisServer())('limits with a Redis', () => {
  let redis: FaultyRedis;
  let instances: Instance[];
  let minute = 30_000_000;
  let subjects = 0;
  const random = seededRandom('limits');

  beforeAll(async () => {
    redis = await FaultyRedis.start();
    instances = await Promise.all(
      Array.from({ length: INSTANCES }, () => startInstance(redis.environment)),
    );
    // A store that is new in a window may have been emptied in it; in the next one it counts.
    await nextMinute();
  });
  afterAll(async () => {
    for (const instance of instances) instance.stop();
    await redis.stop();
  });

  const subject = (): string => `somebody-${++subjects}`;

  /** Calls on each of the instances at once. */
  const calls = (limit: string, who: string, times: number): Promise<Outcome[]> =>
    Promise.all(
      instances.map((instance) =>
        instance.call({
          at: minute * MINUTE_MS,
          limit,
          wish: { subject: who, of: 'agent' },
          times,
        }),
      ),
    );
  const sends = (who: string, times: number) => calls('send', who, times);
  const reads = (who: string, times: number) => calls('api', who, times);
  const sum = (numbers: number[]): number => numbers.reduce((total, n) => total + n, 0);
  const passedOf = (outcomes: Outcome[]): number => sum(outcomes.map(({ passed }) => passed));

  const untilTogether = (): Promise<boolean> =>
    waitFor('all instances to reach Redis', async () => {
      const held = await Promise.all(instances.map((instance) => instance.status()));
      return held.every(({ heldBy }) => heldBy === 'all-instances');
    });

  async function nextMinute(): Promise<void> {
    await sends(subject(), 1);
    minute += 1;
  }

  it('let exactly the limit through, whichever instances are called', async () => {
    // On a busy machine an answer may come too late, and then less is let through.
    await waitFor('three whole limits in a row', async () => {
      const totals: number[] = [];
      for (let n = 0; n < 3; n++) {
        minute += 1;
        totals.push(passedOf(await sends(subject(), LIMIT)));
      }
      expect(Math.max(...totals)).toBeLessThanOrEqual(LIMIT);
      return totals.every((total) => total === LIMIT);
    });
  });

  it('ask once for many calls', async () => {
    await reads(subject(), 1);
    const before = redis.asked;
    await reads(subject(), 100);
    expect(redis.asked - before).toBeLessThanOrEqual(INSTANCES);
  });

  describe.each(FAULTS)('that is %s in the middle of the load', (fault: Fault) => {
    it('are not passed, keep nobody waiting, and are counted together again by themselves', async () => {
      const load = startLoad();
      await load.rounds(2);

      await redis.break(fault);
      const broken = performance.now();
      await waitFor('a second of load', () => performance.now() - broken > 1_000);
      const askedBefore = redis.asked;
      const late = await load.rounds(20);
      const seconds = Math.max(...late.map(({ at }) => at)) - broken;
      // No longer than without Redis: nothing waits for it.
      const waits = late.map(({ slowest }) => slowest).sort((a, b) => a - b);
      expect(waits[10]).toBeLessThan(TIMEOUT_MS / 4);
      const isGone = fault !== 'restarted empty';
      if (isGone) expect(sum(late.map(({ sent }) => sent))).toBe(0);
      if (isGone && fault !== 'full' && fault !== 'too generous') {
        // A probe now and then.
        expect(redis.asked - askedBefore).toBeLessThanOrEqual(INSTANCES * (1 + seconds / 1_000));
      }
      const status = await instances[0]?.status();
      if (isGone) expect(status?.heldBy).toBe('each-instance');
      if (fault === 'full') expect(status?.reason).toMatch(/^Redis refuses: OOM: closed limits/);

      await redis.mend();
      await waitFor('all of a limit to pass', async () => {
        const [round] = await load.rounds(1);
        return round?.sent === LIMIT;
      });
      await untilTogether();

      for (const { sent, read, refused } of await load.end()) {
        expect(sent).toBeLessThanOrEqual(LIMIT);
        expect(read).toBe(READS * INSTANCES);
        expect(['resource-exhausted', 'unavailable']).toEqual(expect.arrayContaining(refused));
      }
    });

    it('give nothing of a minute twice', async () => {
      await untilTogether();
      minute += 1;
      const who = subject();
      const sendings = await sends(who, 1 + random.below(9));
      await redis.break(fault);
      sendings.push(...(await sends(who, LIMIT)));
      await redis.mend();
      await untilTogether();
      sendings.push(...(await sends(who, LIMIT)));
      expect(passedOf(sendings)).toBeLessThanOrEqual(LIMIT);
    });
  });

  interface Round {
    /** When it ended, as `performance.now()`. */
    at: number;
    sent: number;
    /** Why what was not sent was refused. */
    refused: string[];
    read: number;
    /** Milliseconds that the slowest call took. */
    slowest: number;
  }

  /** Minute after minute somebody sends thrice the limit, in bits, and somebody reads far below it. */
  function startLoad() {
    const done: Round[] = [];
    const stop = new AbortController();
    const round = async (): Promise<Round> => {
      const [sender, reader] = [subject(), subject()];
      minute += 1;
      const sendings: Outcome[] = [];
      let left = LIMIT;
      while (left > 0) {
        const times = Math.min(left, 1 + random.below(10));
        sendings.push(...(await sends(sender, times)));
        left -= times;
      }
      const readings = await reads(reader, READS);
      return {
        at: performance.now(),
        sent: passedOf(sendings),
        refused: sendings.flatMap(({ refused }) => Object.keys(refused)),
        read: passedOf(readings),
        slowest: Math.max(...[...sendings, ...readings].map(({ slowest }) => slowest)),
      };
    };
    const running = (async () => {
      while (!stop.signal.aborted) done.push(await round());
    })();
    const end = async (): Promise<Round[]> => {
      stop.abort();
      await running;
      return done;
    };
    onTestFinished(async () => {
      await end();
    });
    return {
      /** The next `n` that begin and end from now on. */
      async rounds(n: number): Promise<Round[]> {
        // The one that is under way began before.
        const first = done.length + 1;
        await waitFor(`${n} rounds`, () => done.length >= first + n);
        return done.slice(first, first + n);
      },
      end,
    };
  }

  it('that is configured and was never there: closed ones refuse, open ones hold', async () => {
    const alone = await startInstance({ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9' });
    const order = { at: minute * MINUTE_MS, wish: { subject: 'x', of: 'agent' }, times: 5 };
    expect(await alone.call({ ...order, limit: 'send' })).toMatchObject({
      passed: 0,
      refused: { unavailable: 5 },
    });
    expect((await alone.call({ ...order, limit: 'api' })).passed).toBe(5);
    alone.stop();
  });
});
