import thresholds from '../../functions/src/shared/thresholds.json' with { type: 'json' };
import type { Form, ProfileName } from '../plan/phases.ts';
import type { Latency, PhaseRow, Row } from '../recorder.ts';
import { isAtLeast, isAtMost, type Check } from './check.ts';
import type { MeasuredLatency, Telemetry } from './telemetry.ts';

/** What a run measured. */
export interface Measured {
  families: readonly Row[];
  phases: readonly PhaseRow[];
  /** From a webhook that was due to a listener that shows its message. */
  realtime: Latency & { count: number };
  telemetry: Telemetry;
}

const { load, latencyMs, throughputPerSecond, resources, minimumSamples } = thresholds;
const SHARES = ['p50', 'p95', 'p99'] as const;

/** Holds a run against thresholds.json. Pure. */
export function checkThresholds(
  { families, phases, realtime, telemetry }: Measured,
  { profile, form }: { profile: ProfileName; form: Form },
): Check[] {
  const limits = load.latencyMs[form];
  const requests = families.reduce((sum, { count }) => sum + count, 0);
  const errors = families.reduce((sum, row) => sum + row.errors, 0);
  return [
    isAtMost(
      'errors',
      requests === 0 ? 100 : (errors / requests) * 100,
      resources.errorPercent,
      '%',
    ),
    ...families.flatMap((row) =>
      row.name in limits
        ? latencyChecks(row.name, row, limits[row.name as keyof typeof limits])
        : [],
    ),
    ...(realtime.count > 0 ? latencyChecks('realtime', realtime, limits.realtime) : []),
    ...(form === 'full' ? ownLatencies(telemetry) : []),
    ...phases.map(({ name, arrived, inTime }) =>
      isAtLeast(
        `${name}: done in time`,
        arrived === 0 ? 100 : (inTime / arrived) * 100,
        load.keptUpPercent,
        '%',
      ),
    ),
    ...(form === 'full' && profile === 'stress' ? throughput(phases, telemetry) : []),
    ...Object.entries(telemetry.functions).flatMap(([name, used]) => [
      isAtMost(`${name}: heap`, used.heapMb, resources.heapMb, 'MB'),
      isAtMost(`${name}: memory`, used.rssMb, resources.rssMb, 'MB'),
      isAtMost(`${name}: processor`, used.cpuPercent, resources.cpuPercent, '%'),
      ...eventLoopCheck(name, used.eventLoopDelayMs, telemetry),
    ]),
  ];
}

/** Of a function that hardly ran, it is the delay of its first requests, whose code is compiled. */
const eventLoopCheck = (name: string, delayMs: number, { requests }: Telemetry): Check[] =>
  (requests[name]?.count ?? 0) >= minimumSamples
    ? [isAtMost(`${name}: event-loop delay`, delayMs, resources.eventLoopDelayMs, 'ms')]
    : [];

const latencyChecks = (name: string, found: Latency, limits: Latency): Check[] =>
  SHARES.map((share) => isAtMost(`${name}: ${share}`, found[share], limits[share], 'ms'));

/** What the functions measure themselves. Two cores that are also Firestore say nothing about it. */
const ownLatencies = ({ latencies }: Telemetry): Check[] =>
  (Object.keys(latencies) as MeasuredLatency[])
    .filter((name) => latencies[name].count >= minimumSamples)
    .flatMap((name) =>
      latencyChecks(`${name} (by the functions)`, latencies[name], latencyMs[name]),
    );

/** The stress phase offers more than what has to be reached. */
function throughput(phases: readonly PhaseRow[], { operations }: Telemetry): Check[] {
  const stress = phases.find(({ name }) => name === 'stress');
  const seconds = phases.reduce((sum, phase) => sum + phase.seconds, 0);
  return [
    ...(['queue', 'analytics'] as const).map((family) =>
      isAtLeast(
        `${family}: throughput`,
        stress?.perSecond[family] ?? 0,
        throughputPerSecond[family],
        'a second',
      ),
    ),
    isAtLeast('reads', operations.read / seconds, throughputPerSecond.read, 'a second'),
    isAtLeast('writes', operations.write / seconds, throughputPerSecond.write, 'a second'),
  ];
}
