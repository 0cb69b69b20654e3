import { setImmediate as turn } from 'node:timers/promises';
import { commitPiece, donePieces } from '../../jobs/pieces';
import { isConflict } from '../../platform/commit';
import { mapConcurrently } from '../../shared/async';
import type { Judged } from './judge';
import { decide, type Outcome } from './outcome';
import type { PlanOptions } from './plan';
import { lookUp, peopleAt, presumeNew } from './slice';

/** Slices of a window, and how many of them are on their way at once. */
const WINDOW = { slices: 8, atOnce: 3 };

export interface Window {
  jobId: string;
  /** The number of its first slice. */
  first: number;
  slices: Judged[][][];
  options: PlanOptions;
}

/** The numbers that the slices of a window may have, from its first on. */
export const numbersFrom = (first: number): number[] =>
  Array.from({ length: WINDOW.slices }, (_, index) => first + index);

/** The slices of the next window: those from an offset on, up to the part's end. */
export function slicesAt(part: readonly Judged[][], offset: number): Judged[][][] {
  const slices: Judged[][][] = [];
  for (let at = offset; at < part.length && slices.length < WINDOW.slices;) {
    const people = peopleAt(part, at);
    slices.push(people);
    at += people.length;
  }
  return slices;
}

/**
 * Writes slices side by side, whose people are presumed new: they have nothing to do with each
 * other, for rows that share an alias are in one slice, and nobody stored is changed. A slice with
 * somebody who is known cannot be written so, and is looked up.
 *
 * @param isResumed whether a run before this one may have written some of them
 */
export async function writeWindow(window: Window, isResumed: boolean): Promise<Outcome[]> {
  const { jobId, first, slices } = window;
  const numbers = slices.map((_, index) => first + index);
  const done = isResumed ? await donePieces<Outcome>(jobId, numbers) : new Map<number, Outcome>();
  const begun: Promise<Outcome>[] = [];
  // eslint-disable-next-line recado/no-firestore-in-loops -- a commit a slice, several at once
  return mapConcurrently(slices, WINDOW.atOnce, (people, index) => {
    const n = first + index;
    const known = done.get(n);
    const outcome = known ? Promise.resolve(known) : writeSlice(window, n, people, [...begun]);
    begun.push(outcome);
    return outcome;
  });
}

/** Somebody else's writes get in the way seldom; each time they were faster. */
const MAX_ROUNDS = 5;

async function writeSlice(
  { jobId, options }: Window,
  n: number,
  people: Judged[][],
  before: readonly Promise<Outcome>[],
): Promise<Outcome> {
  let slice = presumeNew(people);
  // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what has changed since the last try
  for (let round = 1; ; round++) {
    // Lets the commit of the slice before leave: working this one out takes its time.
    await turn();
    const { writes, outcome } = await decide({ jobId, n, options }, slice);
    try {
      return await commitPiece(jobId, n, outcome, writes);
    } catch (error) {
      if (!isConflict(error) || round === MAX_ROUNDS) throw error;
    }
    // Who is stored may be in slices before this one too, by another name: the last row decides.
    await Promise.all(before);
    slice = await lookUp(people);
  }
}
