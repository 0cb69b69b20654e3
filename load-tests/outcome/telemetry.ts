import { db } from '../../functions/lib/platform/firestore.js';
import type { Flushed } from '../../functions/lib/platform/telemetry.js';
import {
  fromPlain,
  merge,
  emptyDistribution,
  type PlainDistribution,
} from '../../functions/lib/shared/distribution.js';
import { addSnapshot, seriesOf, type Snapshot } from '../../functions/lib/shared/snapshot.js';
import { median } from '../../scripts/bench/statistics.ts';
import { latencyOf, type Latency } from '../recorder.ts';

/** The product's own metrics of a run, as its instances wrote them down (docs/monitoring.md). */
export interface Telemetry {
  /** Latencies that thresholds.json has a limit for, and how many there were. */
  latencies: Record<MeasuredLatency, Latency & { count: number }>;
  /** How long requests took, by function. */
  requests: Record<string, Latency & { count: number }>;
  /** Of each function: the most memory, the usual processor and delays. */
  functions: Record<string, Resources>;
  operations: Record<'read' | 'write' | 'delete', number>;
  /** Of every flush, in their order. */
  timeline: ({ at: number; function: string } & Resources)[];
}

export interface Resources {
  heapMb: number;
  rssMb: number;
  /** Of one core, while it had requests; of a function, the median of its flushes. */
  cpuPercent: number;
  /** Median of the flushes' 99th percentiles. */
  eventLoopDelayMs: number;
}

const LATENCIES = {
  read: ['recado_firestore_request_duration_seconds', ['get', 'query', 'aggregate']],
  write: ['recado_firestore_request_duration_seconds', ['write']],
  queueAdd: ['recado_task_enqueue_duration_seconds', undefined],
  whatsappCall: ['recado_whatsapp_request_duration_seconds', undefined],
} as const;
export type MeasuredLatency = keyof typeof LATENCIES;

const MB = 1024 * 1024;

/** Sums the flushes up. Pure. */
export function telemetryOf(flushes: readonly Flushed[]): Telemetry {
  const all: Snapshot = {};
  const byFunction = new Map<string, Snapshot>();
  const timeline = [...flushes]
    .sort((a, b) => a.at - b.at)
    .map(({ at, function: name, body }) => {
      const snapshot = JSON.parse(body) as Snapshot;
      addSnapshot(all, snapshot);
      const own = byFunction.get(name) ?? {};
      byFunction.set(name, own);
      addSnapshot(own, snapshot);
      return { at, function: name, ...resourcesOf(snapshot) };
    });
  const operations = { read: 0, write: 0, delete: 0 };
  for (const { labels, value } of seriesOf(all, 'recado_firestore_operations_total')) {
    const name = labels['operation'] as keyof typeof operations;
    if (name in operations) operations[name] += Number(value);
  }
  return {
    latencies: Object.fromEntries(
      Object.entries(LATENCIES).map(([what, [name, labels]]) => [
        what,
        latencyIn(all, name, labels),
      ]),
    ) as Telemetry['latencies'],
    requests: Object.fromEntries(
      [...byFunction].map(([name, snapshot]) => [
        name,
        latencyIn(snapshot, 'recado_request_duration_seconds'),
      ]),
    ),
    functions: Object.fromEntries(
      [...byFunction].map(([name, snapshot]) => [
        name,
        {
          ...resourcesOf(snapshot),
          // The most is a single flush's, in which code was being compiled.
          cpuPercent: median(
            timeline.filter((flush) => flush.function === name).map((flush) => flush.cpuPercent),
          ),
        },
      ]),
    ),
    operations,
    timeline,
  };
}

function latencyIn(
  snapshot: Snapshot,
  name: Parameters<typeof seriesOf>[1],
  wanted?: readonly string[],
): Latency & { count: number } {
  const all = emptyDistribution();
  for (const { labels, value } of seriesOf(snapshot, name)) {
    if (wanted && !Object.values(labels).some((label) => wanted.includes(label))) continue;
    merge(all, fromPlain(value as PlainDistribution));
  }
  return { ...latencyOf(all), count: all.count };
}

function resourcesOf(snapshot: Snapshot): Resources {
  const most = (name: Parameters<typeof seriesOf>[1]): number =>
    Math.max(0, ...seriesOf(snapshot, name).map(({ value }) => Number(value)));
  const delays = emptyDistribution();
  for (const { value } of seriesOf(snapshot, 'recado_event_loop_delay_seconds')) {
    merge(delays, fromPlain(value as PlainDistribution));
  }
  return {
    heapMb: most('recado_heap_bytes') / MB,
    rssMb: most('recado_resident_bytes') / MB,
    cpuPercent: most('recado_cpu_ratio') * 100,
    eventLoopDelayMs: latencyOf(delays).p50,
  };
}

/** What instances flushed after a time, epoch ms, and nobody merged. */
export async function readFlushes(since: number): Promise<Flushed[]> {
  const { docs } = await db().collection('telemetry').where('at', '>', since).get();
  return docs.map((doc) => doc.data() as Flushed);
}
