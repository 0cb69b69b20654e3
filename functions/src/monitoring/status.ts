import { createCache } from '../platform/cache';
import { createSharedCache } from '../platform/cache/shared';
import { now } from '../platform/clock';
import { limitsStatus, type LimitsStatus } from '../platform/limits/limit';
import { fromPlain, quantile, type PlainDistribution } from '../shared/distribution';
import type { MetricName } from '../shared/metricCatalogue';
import { seriesOf, type Snapshot } from '../shared/snapshot';
import { gatherFacts } from './facts';
import { toPrometheus } from './prometheus';
import { healthOf, reasonsOf, type Health, type Reason } from './rules';
import type { Facts } from './schema';
import { lastLook } from './watch';

/** How old an answer may be; a page that is reloaded all the time costs no more. */
const STATUS_MS = 15_000;
const METRICS_MS = 10_000;

interface Latency {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** The answer of `/status`. Times are epoch ms, latencies ms of the last five to ten minutes. */
export interface Status {
  status: Health;
  reasons: Reason[];
  at: number;
  /** How old the instances' metrics are, in seconds; null: there are none yet. */
  metricsAgeSeconds: number | null;
  instances: number;
  functions: Record<string, Latency & { requests: number; errors: number; perMinute: number }>;
  firestore: Record<string, Latency>;
  slowQueries: Record<string, number>;
  whatsapp: { latency: Record<string, Latency>; outcomes: Record<string, number> };
  queues: Facts['queues'];
  deadLetters: number;
  schedules: (Facts['schedules'][number] & { isLate: boolean })[];
  spentUsd: number;
  /** Whether the instances count for limits together. */
  limits: LimitsStatus;
}

const statuses = createSharedCache<Status>({
  name: 'status',
  schema: 1,
  maxAgeMs: STATUS_MS,
  recheckMs: STATUS_MS,
});
const texts = createCache<{ text: string }>({ name: 'metrics-text', maxAgeMs: METRICS_MS });

/** How the system is, and why. The facts are read anew: about a dozen reads, every 15 s at most. */
export const systemStatus = (): Promise<Status> => statuses.get('all', [], readStatus);

/** What `/metrics` answers; one read, every 10 s at most. */
export async function metricsText(): Promise<string> {
  const { text } = await texts.get('', async () => {
    const { totals, facts } = await lastLook();
    return { text: toPrometheus(totals, facts) };
  });
  return text;
}

async function readStatus(): Promise<Status> {
  const { totals } = await lastLook();
  const facts = await gatherFacts(totals);
  const reasons = reasonsOf(facts);
  const late = new Set(
    reasons.filter(({ rule }) => rule === 'schedule-late').map(({ subject }) => subject),
  );
  return {
    status: healthOf(reasons),
    reasons,
    at: facts.at,
    metricsAgeSeconds: totals.mergedAt === 0 ? null : Math.round((now() - totals.mergedAt) / 1_000),
    instances: facts.instances,
    functions: functionsOf(facts),
    firestore: latenciesOf(facts.recent, 'recado_firestore_request_duration_seconds'),
    slowQueries: countsBy(facts.recent, 'recado_slow_queries_total', ['shape']),
    whatsapp: {
      latency: latenciesOf(facts.recent, 'recado_whatsapp_request_duration_seconds'),
      outcomes: countsBy(facts.recent, 'recado_whatsapp_requests_total', ['outcome', 'code']),
    },
    queues: facts.queues,
    deadLetters: facts.deadLetters,
    schedules: facts.schedules.map((run) => ({ ...run, isLate: late.has(run.name) })),
    spentUsd: facts.spentUsd,
    limits: await limitsStatus(),
  };
}

function functionsOf({ recent, recentMs }: Facts): Status['functions'] {
  const latencies = latenciesOf(recent, 'recado_request_duration_seconds');
  const requests = countsBy(recent, 'recado_requests_total', ['function']);
  const outcomes = countsBy(recent, 'recado_requests_total', ['function', 'outcome']);
  return Object.fromEntries(
    Object.entries(latencies).map(([name, latency]) => [
      name,
      {
        ...latency,
        requests: requests[name] ?? 0,
        errors: outcomes[`${name} error`] ?? 0,
        perMinute: ((requests[name] ?? 0) * 60_000) / Math.max(recentMs, 60_000),
      },
    ]),
  );
}

/** By the first label. */
const latenciesOf = (snapshot: Snapshot, name: MetricName): Record<string, Latency> =>
  Object.fromEntries(
    seriesOf(snapshot, name).map(({ labels, value }) => {
      const histogram = fromPlain(value as PlainDistribution);
      const ms = (share: number): number => Math.round(quantile(histogram, share) * 10_000) / 10;
      const latency = { count: histogram.count, p50: ms(0.5), p95: ms(0.95), p99: ms(0.99) };
      return [Object.values(labels)[0] ?? 'all', latency];
    }),
  );

function countsBy(
  snapshot: Snapshot,
  name: MetricName,
  by: readonly string[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { labels, value } of seriesOf(snapshot, name)) {
    const key = by
      .map((label) => labels[label])
      .join(' ')
      .trim();
    counts[key] = (counts[key] ?? 0) + Number(value);
  }
  return counts;
}
