import { setTimeout } from 'node:timers/promises';
import { commit } from '../../../functions/lib/platform/commit.js';
import { closeDb } from '../../../functions/lib/platform/firestore.js';
import { delayFirestore } from '../../bench/delayedFirestore.ts';
import { emptyProject } from '../../bench/emptyProject.ts';
import { latencyOf } from '../../bench/statistics.ts';
import type { Measure } from './types.ts';

const PROJECT = 'demo-tune-channels';
/** Rushes of more requests than three connections carry, and what an instance waits between them. */
const RUSH = { commits: 320, times: 5, restMs: 100 };

/** How long commits of a rush take, with so many connections that stay open between rushes. */
export const channels: Measure = {
  figure: `p95 of ${RUSH.commits} commits at once`,
  unit: 'ms',
  better: 'lower',
  async open(context) {
    await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await closeDb();
    await emptyProject();
    const restore = await delayFirestore(context.rttMs);
    let n = 0;
    const rush = async (): Promise<number[]> =>
      Promise.all(
        Array.from({ length: RUSH.commits }, async () => {
          const started = performance.now();
          await commit([{ kind: 'create', path: `rushes/${n++}`, data: { at: 1 } }]);
          return performance.now() - started;
        }),
      );
    return {
      async run(idleChannels) {
        process.env['FIRESTORE_IDLE_CHANNELS'] = String(idleChannels);
        const latencies: number[] = [];
        try {
          // The first one opens what has to be opened in any case.
          await rush();
          for (let time = 0; time < RUSH.times; time++) {
            await setTimeout(RUSH.restMs);
            latencies.push(...(await rush()));
          }
        } finally {
          await closeDb();
        }
        return { figure: latencyOf(latencies).p95, guards: [] };
      },
      async close() {
        delete process.env['FIRESTORE_IDLE_CHANNELS'];
        await restore();
      },
    };
  },
};
