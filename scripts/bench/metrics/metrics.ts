import { getMetrics } from '../../../functions/lib/analytics/get.js';
import { fold } from '../../../functions/lib/analytics/fold.js';
import { rollUp } from '../../../functions/lib/analytics/rollUp.js';
import { getInput } from '../../../functions/lib/analytics/schema.js';
import { clearCaches } from '../../../functions/lib/platform/cache.js';
import { setClock } from '../../../functions/lib/platform/clock.js';
import { closeDb, db } from '../../../functions/lib/platform/firestore.js';
import { onFirestoreOperation } from '../../../functions/lib/platform/meter.js';
import { billFor } from '../cost/bill.ts';
import { emptyProject } from '../emptyProject.ts';
import { measure } from '../rounds.ts';
import type { Benchmark, Figure, Run, Sample, Trial } from '../types.ts';
import { eventsOf } from './events.ts';
import { countByHand, countOneByOne } from './sides.ts';
import type { ChangeEvent } from '../../../functions/lib/analytics/schema.js';

const PROJECT = 'demo-bench-metrics';
const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
const ROUNDS = 3;
/** A Monday noon. */
const START = Date.UTC(2027, 2, 1, 12);
/** A quarter of an hour and its merging. */
const MINUTES = 16;

/** What figures cost, how fast events are counted, and how fast they are read. */
export const metrics: Benchmark = {
  summary:
    'events into figures on the Firestore emulator, without Pub/Sub; baseline: counters raised by ' +
    'each event, with a document that remembers it; limit: one commit of two documents',
  async run(context) {
    await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await closeDb();
    const trials = [
      costTrial(100),
      costTrial(1_000),
      speedTrial('10,000 events', 10_000, 2_000),
      readTrial(),
    ];
    try {
      return { entries: await measure(context, trials, ROUNDS) };
    } finally {
      await closeDb();
    }
  },
};

/** What a quarter of an hour's events are billed, with merging and what is removed later. */
function costTrial(perMinute: number): Trial {
  const figures: Figure[] = [
    { name: '', unit: 'operations', better: 'lower', goals: [{ of: 'value', atMost: 0.1 }] },
  ];
  const billed = async (work: () => Promise<unknown>): Promise<Sample> => {
    await emptyProject();
    const { reads, writes, deletes } = await billFor(onFirestoreOperation, work);
    return { '': (reads + writes + deletes) / (MINUTES * perMinute) };
  };
  return {
    name: `billed for an event, at ${perMinute} a minute`,
    figures,
    rounds: 1,
    value: () =>
      billed(async () => {
        let now = START;
        const restore = setClock(() => now);
        for (let minute = 0; minute < MINUTES; minute++) {
          now = START + (minute + 1) * MINUTE_MS;
          await fold(eventsOf(START + minute * MINUTE_MS, perMinute));
          await rollUp();
        }
        restore();
        const { docs } = await db().collection('countedEvents').select().get();
        await Promise.all(docs.map((doc) => doc.ref.delete()));
      }),
    baseline: () => billed(() => countOneByOne(eventsOf(START, MINUTES * perMinute))),
  };
}

/** Events a second. The baseline's rate shows with fewer. */
function speedTrial(name: string, count: number, ofBaseline: number): Trial {
  const figures: Figure[] = [
    { name: '', unit: 'events/s', better: 'higher', goals: [{ of: 'baseline', atLeast: 5 }] },
  ];
  const timed =
    (events: number, work: (some: ChangeEvent[]) => Promise<unknown>): Run =>
    async () => {
      await emptyProject();
      const some = eventsOf(Date.now() - MINUTE_MS, events);
      const started = performance.now();
      await work(some);
      return { '': events / ((performance.now() - started) / 1_000) };
    };
  return {
    name: `${name} counted`,
    figures,
    value: timed(count, fold),
    baseline: timed(ofBaseline, countOneByOne),
    limit: timed(count, countByHand),
    warmUp: ['value', 'baseline', 'limit'],
  };
}

/** A dashboard of 30 days by day, and the 30 before. */
function readTrial(): Trial {
  const viewer = { uid: 'viewer', role: 'viewer' } as const;
  const days = 60;
  const question = getInput.parse({
    from: START - 30 * DAY_MS,
    to: START,
    compare: true,
    timeZone: 'Europe/Madrid',
  });
  const timed = async (work: () => Promise<unknown>): Promise<Sample> => {
    clearCaches();
    let milliseconds = 0;
    const { reads } = await billFor(onFirestoreOperation, async () => {
      const started = performance.now();
      await work();
      milliseconds = performance.now() - started;
    });
    return { reads, time: milliseconds };
  };
  let isFilled = false;
  const fill = async (): Promise<void> => {
    if (isFilled) return;
    isFilled = true;
    await emptyProject();
    let now = START - days * DAY_MS;
    const restore = setClock(() => now);
    for (; now < START; now += DAY_MS) {
      await fold(eventsOf(now - 30 * MINUTE_MS, 200));
      await rollUp();
    }
    restore();
  };
  /** Counts of four states a day, each an aggregation of its own. */
  const byAggregation = async (): Promise<void> => {
    const counts = Array.from({ length: days * 4 }, (_, n) =>
      db()
        .collection('messages')
        .where('timestamp', '>=', START - n * DAY_MS)
        .where('timestamp', '<', START - (n - 1) * DAY_MS)
        .count()
        .get(),
    );
    await Promise.all(counts);
  };
  return {
    name: 'dashboard of 30 days and those before',
    figures: [
      { name: 'reads', unit: 'R', better: 'lower', goals: [{ of: 'value', atMost: 10 }] },
      { name: 'time', unit: 'ms', better: 'lower' },
    ],
    value: async () => {
      await fill();
      return timed(() => getMetrics(viewer, question));
    },
    baseline: async () => {
      await fill();
      return timed(byAggregation);
    },
    warmUp: ['value', 'baseline'],
  };
}
