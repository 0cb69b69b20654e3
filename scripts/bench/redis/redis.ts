import { once } from 'node:events';
import { Redis as TcpRedis } from 'ioredis';
import { measure } from '../rounds.ts';
import { latencyOf } from '../statistics.ts';
import type { Benchmark, Figure, Sample, Trial } from '../types.ts';
import { OPERATIONS, type Operation } from './operations.ts';
import { ask, productRedis } from './product.ts';

/** 10,000 of each in all. */
const ROUNDS = 5;
const TIMES = 2_000;
/** Commands at once, where many callers share an instance. */
const AT_ONCE = 100;

const LATENCIES: readonly Figure[] = ['p50', 'p95', 'p99'].map((name) => ({
  name,
  unit: 'ms',
  better: 'lower',
}));

/** What commands of Redis take through the product's client. */
export const redis: Benchmark = {
  summary:
    "Redis through the product's client and Upstash's REST protocol, one after another; limit: the " +
    'same through a TCP connection (ioredis)',
  async run(context) {
    const server = await productRedis();
    const tcp = new TcpRedis({ port: server.port, host: '127.0.0.1', enableAutoPipelining: true });
    try {
      await once(tcp, 'ready');
      const trials = [...OPERATIONS.map((operation) => trialOf(operation, tcp)), together(tcp)];
      return { entries: await measure(context, trials, ROUNDS) };
    } finally {
      tcp.disconnect();
      await server.stop();
    }
  },
};

const trialOf = ({ name, rest, tcp: plain }: Operation, tcp: TcpRedis): Trial => ({
  name,
  figures: LATENCIES,
  value: () => latencies((n) => ask((client) => rest(client, n))),
  limit: () => latencies((n) => plain(tcp, n)),
  warmUp: ['value', 'limit'],
});

async function latencies(work: (n: number) => Promise<unknown>): Promise<Sample> {
  const times: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const started = performance.now();
    await work(n);
    times.push(performance.now() - started);
  }
  return latencyOf(times);
}

/** Many at once, which both clients send in as few pieces as they can. */
function together(tcp: TcpRedis): Trial {
  const perSecond = async (work: (n: number) => Promise<unknown>): Promise<Sample> => {
    const started = performance.now();
    for (let n = 0; n < TIMES; n += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, m) => work(n + m)));
    }
    return { '': TIMES / ((performance.now() - started) / 1_000) };
  };
  return {
    name: `GET, ${AT_ONCE} at once`,
    figures: [{ name: '', unit: 'commands/s', better: 'higher' }],
    value: () => perSecond((n) => ask((client) => client.get(`bench:${n % 1_000}`))),
    limit: () => perSecond((n) => tcp.get(`bench:${n % 1_000}`)),
    warmUp: ['value', 'limit'],
  };
}
