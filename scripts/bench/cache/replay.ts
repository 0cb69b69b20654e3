import { clearCaches } from '../../../functions/lib/platform/cache.js';
import { setClock } from '../../../functions/lib/platform/clock.js';
import { onFirestoreOperation } from '../../../functions/lib/platform/meter.js';
import { takeSnapshot } from '../../../functions/lib/platform/metrics.js';
import type { MetricName } from '../../../functions/lib/shared/metricCatalogue.js';
import { seriesOf, type Snapshot } from '../../../functions/lib/shared/snapshot.js';
import type { LocalRedis } from '../../lib/localRedis.ts';
import { billFor, dollarsPerMillion } from '../cost/bill.ts';
import { ask, TIMEOUT_MS, useRedis } from '../redis/product.ts';
import type { Sample, Trial } from '../types.ts';
import { fillInbox, lookUp } from './inbox.ts';
import { dashboardCalls, inboxCalls, type Call } from './workload.ts';

const INBOX_MS = 15 * 60_000;
const DASHBOARDS_MS = 5 * 60_000;
const SEED = 1;
/** Of a large team, who have a dashboard open. */
const PEOPLE = 30;
/** A Monday noon. */
const START = Date.UTC(2027, 2, 1, 12);
/** What Upstash asks for a million commands. */
const REDIS_DOLLARS = 2;

/** How much is forgotten before a call: nothing, what the instance has in memory, or all there is. */
type Forget = 'nothing' | 'memory' | 'all';

/** A team's look-ups in an instance, and dashboards' in instances that begin. */
export function inboxTrials(redis: LocalRedis): Trial[] {
  let isFilled = false;
  const replayed = async (calls: Call[], forget: Forget): Promise<Sample> => {
    if (!isFilled) await fillInbox(START);
    isFilled = true;
    await ask((client) => client.flushall());
    if (forget === 'all') useRedis('', TIMEOUT_MS);
    const sample = await replay(calls, forget);
    useRedis(redis.url, TIMEOUT_MS);
    return sample;
  };
  const trial = (name: string, calls: Call[], forget: Forget, share: number): Trial => ({
    name,
    figures: [
      {
        name: 'answered by caches',
        unit: '% of look-ups',
        better: 'higher',
        goals: [{ of: 'value', atLeast: share }],
      },
      // A fifth of them: 80 % of reads are saved.
      {
        name: 'billed reads',
        unit: 'a look-up',
        better: 'lower',
        goals: [{ of: 'baseline', atLeast: 5 }],
      },
      { name: 'Firestore and Redis', unit: 'USD a million look-ups', better: 'lower' },
    ],
    // It is the same each time.
    rounds: 1,
    value: () => replayed(calls, forget),
    baseline: () => replayed(calls, 'all'),
  });
  return [
    trial('a quarter of an hour of an inbox:', inboxCalls(INBOX_MS, SEED), 'nothing', 80),
    trial(
      `five minutes of dashboards of ${PEOPLE}, each call in an instance that begins:`,
      dashboardCalls(DASHBOARDS_MS, SEED, PEOPLE),
      'memory',
      90,
    ),
  ];
}

async function replay(calls: readonly Call[], forget: Forget): Promise<Sample> {
  let time = START;
  const restore = setClock(() => time);
  clearCaches();
  takeSnapshot();
  let count = 0;
  const bill = await billFor(onFirestoreOperation, async () => {
    for (const { at, lookUps } of calls) {
      time = START + at;
      for (const wanted of lookUps) {
        if (forget !== 'nothing') clearCaches();
        await lookUp(wanted, START);
        count++;
      }
    }
  });
  restore();
  const snapshot = takeSnapshot();
  const asked = (tier: string, ...results: string[]): number =>
    sumOf(
      snapshot,
      'recado_cache_requests_total',
      (labels) => labels['tier'] === tier && results.includes(labels['result'] ?? ''),
    );
  const lookedUp = asked('memory', 'hit', 'stale', 'miss');
  const answered = asked('memory', 'hit', 'stale') + asked('redis', 'hit');
  const commands = sumOf(snapshot, 'recado_redis_requests_total', () => true);
  return {
    'answered by caches': (100 * answered) / lookedUp,
    'billed reads': bill.reads / count,
    'Firestore and Redis': (dollarsPerMillion(bill) + commands * REDIS_DOLLARS) / count,
  };
}

const sumOf = (
  snapshot: Snapshot,
  name: MetricName,
  isMeant: (labels: Record<string, string>) => boolean,
): number =>
  seriesOf(snapshot, name)
    .filter(({ labels }) => isMeant(labels))
    .reduce((sum, { value }) => sum + Number(value), 0);
