import { HOW_TO_GET_REDIS, redisIsInstalled } from '../../lib/redisServer.ts';
import { measure } from '../rounds.ts';
import type { Benchmark, Entry } from '../types.ts';
import { runOnBullmq } from './bullmq/run.ts';
import { costEntries, priceTable, type Costly } from './cost.ts';
import { killsIn } from '../kills.ts';
import { runOnRecado } from './recado.ts';
import type { Run } from './run.ts';
import { killTrial, paceTrial, type Sides } from './trials.ts';

/** A share of the recipients, for a quick look; the goals are about all of them. */
const SHARE = Number(process.env['RECADO_BENCH_SHARE'] ?? 1);
const people = (count: number): number => Math.ceil(count * SHARE);

type Measured = Omit<Run, 'progress'>;
/** A number's usual throughput. Each lane has an instance of its own, so it is this one's bill. */
const USUAL: Measured = { mps: 80, recipients: people(10_000), answerMs: 0 };
/** The baseline's pace shows after fewer. */
const USUAL_BASELINE: Measured = { ...USUAL, recipients: people(4_000) };
/** A greater throughput. Its 25 lanes share an instance, to leave two processors something. */
const HIGH: Measured = { mps: 500, recipients: people(10_000), answerMs: 0, laneInstances: 1 };
/** With answers that take a while, as over the internet, there is something to be killed. */
const KILLED: Measured = {
  mps: 80,
  recipients: people(2_000),
  answerMs: 100,
  kills: killsIn(people(2_000), 10, 20_261_123),
};

/** Campaigns, and the same ones with BullMQ. */
export const campaign: Benchmark = {
  summary:
    'a campaign on the emulators, warm, each function in a process of its own, to the simulated ' +
    'WhatsApp, which refuses what is above the throughput; baseline: BullMQ, one worker, on a Redis ' +
    'of its own, written as its documentation advises; steady: without the first and last 5 s',
  async run(context) {
    const { simulatorUrl } = await context.stack();
    const progress = (text: string): void => context.progress(text);
    const compares = redisIsInstalled();
    const last: Partial<Costly> = {};
    const on = (value: Measured, baseline = value): Sides => ({
      value: async () => (last.recado = await runOnRecado(simulatorUrl, { ...value, progress })),
      baseline: compares
        ? async () => (last.bullmq = await runOnBullmq(simulatorUrl, { ...baseline, progress }))
        : undefined,
    });

    const usual = paceTrial(USUAL.mps, 95, on(USUAL, USUAL_BASELINE));
    const entries = await measure(context, [usual], 1);
    const cost = { ...last };
    const trials = [paceTrial(HIGH.mps, 90, on(HIGH)), killTrial(KILLED, on(KILLED))];
    entries.push(...costEntries(cost), ...(await measure(context, trials, 1)));
    return {
      entries: entries.map(withoutInfinity),
      notes: [
        priceTable(cost),
        ...(compares ? [] : [`Nothing was compared with BullMQ. ${HOW_TO_GET_REDIS}`]),
      ],
    };
  },
};

/** How many times better nothing is than something cannot be told. */
function withoutInfinity(entry: Entry): Entry {
  const { ratioToBaseline: ratio } = entry;
  return { ...entry, ratioToBaseline: ratio !== null && Number.isFinite(ratio) ? ratio : null };
}
