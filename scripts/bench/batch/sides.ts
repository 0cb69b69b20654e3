import type { PlainFirestore } from '../plainFirestore.ts';
import { documentsPerSecond } from './documents.ts';
import type { Goal, Trial } from '../types.ts';

/** How a job on 1,000 documents is done; each way gives how many it did. */
export interface Job {
  name: string;
  /** How many times faster than one by one it should be. */
  times: number;
  /** What has to be there before each run. */
  prepare?: () => Promise<void>;
  /** The helper. */
  value: () => Promise<number>;
  /** One by one, as people write it. */
  baseline: () => Promise<number>;
  /** In the fewest requests, by hand. */
  limit: () => Promise<number>;
}

/** What a job's module is given. */
export interface Tools {
  /** The client with which the baseline and the limit work. */
  firestore: PlainFirestore;
}

export function trialOf({ name, times, prepare, ...ways }: Job): Trial {
  const goals: Goal[] = [
    { of: 'baseline', atLeast: times },
    { of: 'limit', atLeast: 0.9 },
  ];
  const runOf = (way: () => Promise<number>) => async () => {
    await prepare?.();
    return documentsPerSecond(way);
  };
  return {
    name,
    figures: [{ name: '', unit: 'documents/s', better: 'higher', goals }],
    value: runOf(ways.value),
    baseline: runOf(ways.baseline),
    limit: runOf(ways.limit),
    // One run of the baseline takes as long as fifty of the others.
    times: { value: 7, limit: 7 },
    // The emulator's JVM takes a while to compile what it runs.
    warmUp: Array.from({ length: 5 }, () => ['value', 'limit'] as const).flat(),
  };
}
