import { machine } from '../../bench/table.ts';
import type { Context } from '../../bench/types.ts';
import { MIN_RUNS } from '../sweep.ts';
import type { Candidate, Guard, Sweep } from '../types.ts';
import type { Measure, Shot } from './types.ts';

/**
 * Measures a parameter at each value, several times and by turns, so that whatever else the machine
 * does meets all of them alike.
 *
 * @param values each once
 */
export async function sweep(
  parameter: string,
  { figure, unit, better, open }: Measure,
  values: readonly number[],
  context: Context,
): Promise<Sweep> {
  const shots = new Map<number, Shot[]>(values.map((value) => [value, []]));
  const { run, close } = await open(context);
  try {
    for (let round = 0; round < MIN_RUNS; round++) {
      for (const value of [...values.slice(round), ...values.slice(0, round)]) {
        context.progress(`${value}, round ${round + 1} of ${MIN_RUNS}`);
        shots.get(value)?.push(await run(value));
      }
    }
  } finally {
    await close();
  }
  const candidates = [...shots].map(([value, own]) => candidateOf(value, own));
  return { at: Date.now(), machine: machine(), parameter, figure, unit, better, candidates };
}

/** Sums the runs of a value up: of guards and memory, the worst counts. */
export function candidateOf(value: number, shots: readonly Shot[]): Candidate {
  const memory = shots.flatMap(({ rssMb }) => rssMb ?? []);
  const guards = (shots[0]?.guards ?? []).map((guard): Guard => {
    const values = shots.flatMap((shot) =>
      shot.guards.filter(({ name }) => name === guard.name).map((each) => each.value),
    );
    const worst = guard.atMost === undefined ? Math.min(...values) : Math.max(...values);
    return { ...guard, value: worst };
  });
  return {
    value,
    runs: shots.map((shot) => shot.figure),
    guards,
    ...(memory.length > 0 ? { rssMb: Math.max(...memory) } : {}),
  };
}
