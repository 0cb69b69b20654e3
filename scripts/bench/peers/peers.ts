import { fatesOf } from '../fates.ts';
import { HOW_TO_GET_REDIS, redisIsInstalled } from '../../lib/redisServer.ts';
import { entryOf } from '../entries.ts';
import { killsIn } from '../kills.ts';
import type { Used } from '../processes.ts';
import { measure } from '../rounds.ts';
import { latencyOf } from '../statistics.ts';
import type { Benchmark, Entry, Figure, Sample, Trial } from '../types.ts';
import { runOnBullmq, type PeerRan } from './bullmq/run.ts';
import { idleMinute } from './idle.ts';
import { monthsTable, peerMonth, recadoMonth, VOLUMES } from './months.ts';
import { runOnRecado } from './recado.ts';
import type { Ran, Run } from './run.ts';

/** A share of the messages, for a quick look. */
const SHARE = Number(process.env['RECADO_BENCH_SHARE'] ?? 1);
const messages = (count: number): number => Math.ceil(count * SHARE);

type Measured = Omit<Run, 'progress'>;
/** Half of a number's usual throughput, as a team with some apps sends on a busy day. */
const STEADY: Measured = { messages: messages(2_400), perSecond: 40, mps: 80, answerMs: 0 };
/** With answers that take a while, as over the internet, there is something to be killed. */
const KILLED: Measured = {
  ...STEADY,
  messages: messages(2_000),
  answerMs: 100,
  kills: killsIn(messages(2_000), 10, 20_261_124, 0.6),
};

/** The same job in a service that many write. */
export const peers: Benchmark = {
  summary:
    'single messages, one a call and by chance, from the call until they were read: taken, queued, ' +
    'sent within the number’s throughput, statuses written down; each function in a process of its ' +
    'own; baseline: an Express service with BullMQ, one worker, on a Redis of its own. The Cloud ' +
    'Tasks emulator looks at its queue every second or two, which Cloud Tasks does not',
  async run(context) {
    const { simulatorUrl } = await context.stack();
    const progress = (text: string): void => context.progress(text);
    const last: { recado?: Ran; peer?: PeerRan } = {};
    const on = (run: Measured): Sides => ({
      value: async () => (last.recado = await runOnRecado(simulatorUrl, { ...run, progress })),
      ...(redisIsInstalled() && {
        baseline: async () => (last.peer = await runOnBullmq(simulatorUrl, { ...run, progress })),
      }),
    });
    const entries = await measure(context, [steadyTrial(on(STEADY))], 1);
    const { recado, peer } = last;
    if (!recado) throw new Error('nothing was measured');
    const idle = await idleMinute({
      GCLOUD_PROJECT: 'demo-bench-peers',
      FUNCTIONS_EMULATOR: 'true',
    });
    entries.push(...monthEntries(recado, idle, peer));
    entries.push(...(await measure(context, [killTrial(on(KILLED))], 1)));
    return {
      entries,
      notes: [monthsTable(recado, idle, peer), ...(peer ? [] : [HOW_TO_GET_REDIS])],
    };
  },
};

interface Sides {
  value: () => Promise<Ran>;
  baseline?: () => Promise<Ran>;
}

const sampled = ({ value, baseline }: Sides, sampleOf: (ran: Ran) => Sample) => ({
  value: async () => sampleOf(await value()),
  ...(baseline && { baseline: async () => sampleOf(await baseline()) }),
});

const ms = (name: string): Figure => ({ name, unit: 'ms', better: 'lower' });
const none = [{ of: 'value', atMost: 0 }] as const;

const steadyTrial = (sides: Sides): Trial => ({
  name: `${STEADY.perSecond}/s:`,
  figures: [
    ...['taken, p50', 'taken, p99', 'at WhatsApp, p50', 'at WhatsApp, p99'].map(ms),
    { name: 'at WhatsApp', unit: 'messages/s', better: 'higher' },
    { name: 'processor time', unit: 's a 1,000', better: 'lower' },
    { name: 'memory', unit: 'MiB', better: 'lower' },
    { name: 'lost', unit: 'messages', better: 'lower', goals: none },
    { name: 'doubled', unit: 'messages', better: 'lower', goals: none },
  ],
  ...sampled(sides, (ran) => {
    const [taken, accepted] = [latencyOf(ran.taken), latencyOf(ran.accepted)];
    const { lost, doubled } = fatesOf(ran);
    return {
      'taken, p50': taken.p50,
      'taken, p99': taken.p99,
      'at WhatsApp, p50': accepted.p50,
      'at WhatsApp, p99': accepted.p99,
      'at WhatsApp': ran.throughput,
      'processor time': ran.used.cpuMs / ran.outcomes.size,
      memory: ran.used.rssBytes / 2 ** 20,
      lost,
      doubled,
    };
  }),
});

const killTrial = (sides: Sides): Trial => ({
  name: `${KILLED.kills?.points.length ?? 0} SIGKILLs in ${KILLED.messages}:`,
  figures: [
    { name: 'doubled', unit: 'messages', better: 'lower', goals: none },
    { name: 'lost', unit: 'messages', better: 'lower', goals: none },
    { name: 'shown as in doubt', unit: 'messages', better: 'lower' },
  ],
  ...sampled(sides, (ran) => {
    const { doubled, lost, inDoubt } = fatesOf(ran);
    return { doubled, lost, 'shown as in doubt': inDoubt };
  }),
});

/** What a month costs, by how many messages it has. */
const monthEntries = (recado: Ran, idle: Used, peer: PeerRan | undefined): Entry[] =>
  VOLUMES.map((volume) =>
    entryOf(
      `a month of ${volume.toLocaleString('en-US')}`,
      { name: '', unit: 'USD', better: 'lower' },
      [
        {
          value: [recadoMonth(volume, recado, idle)],
          ...(peer && { baseline: [peerMonth(volume, peer)] }),
        },
      ],
    ),
  );
