import type { Stack } from '../lib/stack.ts';

/** Which way a figure improves. */
export type Better = 'higher' | 'lower';

/** What a figure is held against. `baseline`: what people write; `limit`: what cannot be beaten. */
export const SIDES = ['value', 'baseline', 'limit'] as const;
export type Side = (typeof SIDES)[number];

/** What the project wants of a figure. It is shown whether it is met, never enforced. */
export type Goal =
  /** So many times better than the baseline, or such a share of the limit, at least. */
  | { of: 'baseline' | 'limit'; atLeast: number }
  /** The value itself. */
  | { of: 'value'; atLeast: number }
  | { of: 'value'; atMost: number };

export interface Figure {
  /** Distinguishes the figures of one trial; empty where there is only one. */
  name: string;
  unit: string;
  better: Better;
  goals?: readonly Goal[];
}

/** Figures by name. */
export type Sample = Record<string, number>;
/** Measures once, and prepares for it what must not be measured. */
export type Run = () => Promise<Sample>;

/** Something that is measured against a baseline and a limit in the same rounds. */
export interface Trial {
  name: string;
  figures: readonly Figure[];
  value: Run;
  baseline?: Run;
  limit?: Run;
  /** How often each side runs in a round; 1 if left out. */
  times?: Partial<Record<Side, number>>;
  /** Rounds, where the benchmark's own number does not fit. */
  rounds?: number;
  /** What one side alone did once before the first round, so that all begin warm. */
  warmUp?: readonly Side[];
}

/** What one round gave, by side. */
export type Round = Partial<Record<Side, number[]>>;

/** A line of the table, and an entry of the JSON. */
export interface Entry {
  name: string;
  unit: string;
  better: Better;
  value: number;
  baseline: number | null;
  limit: number | null;
  /** How many times better than the baseline. */
  ratioToBaseline: number | null;
  /** Which share of the limit. */
  ratioToLimit: number | null;
  /** By side, the middle half of the runs as a share of their median. */
  spread: Partial<Record<Side, number>>;
  goals: { text: string; isMet: boolean }[];
  runs: Round[];
}

export interface Result {
  entries: Entry[];
  /** Shown instead of the entries' table. */
  table?: string;
  /** Tables and remarks that are printed below the entries. */
  notes?: string[];
}

/** What a benchmark gets. */
export interface Context {
  /** Rounds that were asked for, or the benchmark's own number. */
  rounds(own: number): number;
  /** The round trip to Firestore where one is simulated. */
  rttMs: number;
  /** Says how far it is. */
  progress(text: string): void;
  /** The emulators and the WhatsApp simulator, started at the first call. */
  stack(): Promise<Stack>;
}

export interface Benchmark {
  /** One line about what it measures. */
  summary: string;
  run(context: Context): Promise<Result>;
}
