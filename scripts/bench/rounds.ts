import { entryOf } from './entries.ts';
import { SIDES, type Context, type Entry, type Round, type Side, type Trial } from './types.ts';

/**
 * Runs the trials and sums them up. In each round every side runs, by turns and beginning with
 * another one each time, so that whatever else the machine does meets all of them alike.
 */
export async function measure(
  context: Context,
  trials: readonly Trial[],
  ownRounds: number,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [index, trial] of trials.entries()) {
    const rounds = context.rounds(trial.rounds ?? ownRounds);
    const place = `${index + 1} of ${trials.length}: ${trial.name}`;
    for (const side of trial.warmUp ?? []) {
      context.progress(`${place}, warming up (${side})`);
      await trial[side]?.();
    }
    const samples: Record<string, Round>[] = [];
    for (let round = 0; round < rounds; round++) {
      const figures: Record<string, Round> = {};
      for (const side of turns(trial, round)) {
        context.progress(`${place}, round ${round + 1} of ${rounds}, ${side}`);
        const sample = (await trial[side]?.()) ?? {};
        for (const [name, value] of Object.entries(sample)) {
          ((figures[name] ??= {})[side] ??= []).push(value);
        }
      }
      samples.push(figures);
    }
    for (const figure of trial.figures) {
      const runs = samples.map((sample) => sample[figure.name] ?? {});
      entries.push(entryOf(trial.name, figure, runs));
    }
  }
  return entries;
}

/** The sides of a round in their order: each as often as it wants, spread over the round. */
function turns({ times = {}, ...trial }: Trial, round: number): Side[] {
  const sides = SIDES.filter((side) => trial[side] !== undefined);
  const start = round % sides.length;
  const rotated = [...sides.slice(start), ...sides.slice(0, start)];
  const most = Math.max(...sides.map((side) => times[side] ?? 1));
  return Array.from({ length: most }, (_, turn) =>
    rotated.filter((side) => turn < (times[side] ?? 1)),
  ).flat();
}
