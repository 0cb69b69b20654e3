import { delayFirestore } from '../delayedFirestore.ts';
import { closeDb } from '../../../functions/lib/platform/firestore.js';
import { plainFirestore, type PlainFirestore } from '../plainFirestore.ts';
import { measure } from '../rounds.ts';
import { median } from '../statistics.ts';
import { figureText } from '../table.ts';
import type { Benchmark } from '../types.ts';
import { COUNT, fill } from './documents.ts';
import { jobJobs } from './jobJobs.ts';
import { readJobs } from './readJobs.ts';
import { writeJobs } from './writeJobs.ts';
import { trialOf } from './sides.ts';

const PROJECT = 'demo-bench-batch';

/** Each batch helper on 1,000 documents, at the distance that Firestore has in production. */
export const batch: Benchmark = {
  summary:
    'each helper on 1,000 documents; baseline: one by one, each awaited; limit: the fewest ' +
    'requests, by hand, with the same client',
  async run(context) {
    await context.stack();
    const restore = await delayFirestore(context.rttMs);
    process.env['GCLOUD_PROJECT'] = PROJECT;
    // The client of an earlier benchmark is not at this distance.
    await closeDb();
    const firestore = plainFirestore(PROJECT);
    try {
      await Promise.all(['benchContacts', 'benchUpdated'].map((path) => fill(firestore, path)));
      const jobs = [
        ...readJobs({ firestore }),
        ...writeJobs({ firestore }),
        ...(await jobJobs({ firestore })),
      ];
      const roundTrip = await roundTripOf(firestore);
      const entries = await measure(context, jobs.map(trialOf), 5);
      const trip = `A get of one document took ${figureText(roundTrip)} ms in the median, of which`;
      return {
        entries,
        notes: [`${trip} ${context.rttMs} ms are the simulated distance. ${COUNT} documents.`],
      };
    } finally {
      await firestore.terminate();
      await closeDb();
      await restore();
    }
  },
};

async function roundTripOf(firestore: PlainFirestore): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    const started = performance.now();
    await firestore.doc('benchContacts/c00000').get();
    times.push(performance.now() - started);
  }
  return median(times);
}
