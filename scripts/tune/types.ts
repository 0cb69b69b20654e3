import type { Better, Entry } from '../bench/types.ts';
import type { machine } from '../bench/table.ts';
import type { Result as LoadResult } from '../../load-tests/outcome/result.ts';

/** A condition on a measurement: whoever breaks it is not proposed, however good its figure is. */
export interface Guard {
  name: string;
  unit: string;
  value: number;
  atMost?: number;
  atLeast?: number;
}

/** What was measured with one value of a parameter. */
export interface Candidate {
  value: number;
  /** The figure, a number a run. */
  runs: number[];
  guards: Guard[];
  /** The most memory of an instance in MiB, where it was looked at. */
  rssMb?: number;
}

/** What `npm run tune -- --measure` writes: one parameter at several values, by turns. */
export interface Sweep {
  /** When it was measured, epoch ms. */
  at: number;
  machine: ReturnType<typeof machine>;
  parameter: string;
  figure: string;
  unit: string;
  better: Better;
  candidates: Candidate[];
}

/** What `npm run bench -- --json` writes. */
export interface BenchResult {
  at?: number;
  entries: Entry[];
}

/** A result and where it is, from the project's folder. */
export interface Of<T> {
  file: string;
  /** When it was measured, epoch ms. */
  at: number;
  data: T;
}

/** Everything that is known, the newest first. */
export interface Results {
  sweeps: Of<Sweep>[];
  loads: Of<LoadResult>[];
  benches: Of<BenchResult>[];
}

/** A measurement that supports a proposal, or forbids one. */
export interface Evidence {
  text: string;
  file: string;
}

/** What a decision came to: `proposed` is null where nothing was measured. */
export interface Decision {
  proposed: number | null;
  why: Evidence[];
}

export interface Proposal extends Decision {
  parameter: string;
  /** When a change has its effect: a deploy sets it into the platform, an instance reads it itself. */
  readAt: 'deploy' | 'run';
  present: number;
  verdict: 'change' | 'keep' | 'missing';
  /** What measures it, where that is missing. */
  command: string | null;
}
