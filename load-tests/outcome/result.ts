import type { machine } from '../../scripts/bench/table.ts';
import type { Form, ProfileName } from '../plan/phases.ts';
import type { Latency, PhaseRow, Row, Second } from '../recorder.ts';
import type { Check } from './check.ts';
import type { Telemetry } from './telemetry.ts';

/** Everything that is kept of a run, as JSON. */
export interface Result {
  /** When the load began, epoch ms. */
  at: number;
  profile: ProfileName;
  form: Form;
  seed: number;
  target: string;
  machine: ReturnType<typeof machine>;
  listeners: number;
  /** From the first arrival to the last answer. */
  seconds: number;
  scenarios: Row[];
  families: Row[];
  phases: PhaseRow[];
  /** By second of the run. */
  timeline: Second[];
  realtime: Latency & { count: number };
  generator: { lateMs: Latency; mostAtOnce: number };
  /** Why requests failed. */
  reasons: Record<string, number>;
  telemetry: Telemetry;
  correctness: Check[];
  thresholds: Check[];
  ok: boolean;
}
