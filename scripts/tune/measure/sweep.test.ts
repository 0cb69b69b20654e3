import { expect, test } from 'vitest';
import type { Context } from '../../bench/types.ts';
import { candidateOf, sweep } from './sweep.ts';
import type { Measure, Shot } from './types.ts';

test('of guards and memory the worst run counts', () => {
  const shot = (p99: number, pace: number, rssMb: number) => ({
    ...{ figure: p99, rssMb },
    guards: [
      { name: 'p99', unit: 'ms', value: p99, atMost: 5 },
      { name: 'pace', unit: '%', value: pace, atLeast: 5 },
    ],
  });
  const { runs, guards, rssMb } = candidateOf(7, [shot(1, 90, 300), shot(9, 70, 100)]);
  expect(runs).toEqual([1, 9]);
  expect(guards.map(({ value }) => value)).toEqual([9, 70]);
  expect(rssMb).toBe(300);
});

const context = { progress: () => undefined } as unknown as Context;

/** A measure that notes what it is asked for. */
function measureOf(run: (value: number) => Promise<Shot>) {
  const calls: (number | 'open' | 'close')[] = [];
  const note = (call: (typeof calls)[number]): Promise<void> => {
    calls.push(call);
    return Promise.resolve();
  };
  const measure: Measure = {
    ...{ figure: 'x', unit: 'y', better: 'lower' },
    open: async () => {
      await note('open');
      return { run: (value) => note(value).then(() => run(value)), close: () => note('close') };
    },
  };
  return { calls, measure };
}

test('values are measured by turns, and each begins a round once', async () => {
  const { calls, measure } = measureOf((figure) => Promise.resolve({ figure, guards: [] }));

  const { candidates } = await sweep('X', measure, [1, 2, 3], context);

  expect(calls).toEqual(['open', 1, 2, 3, 2, 3, 1, 3, 1, 2, 'close']);
  expect(candidates.map(({ value, runs }) => [value, runs.length])).toEqual([
    [1, 3],
    [2, 3],
    [3, 3],
  ]);
});

test('what was opened is closed when a run fails', async () => {
  const { calls, measure } = measureOf(() => Promise.reject(new Error('no')));

  await expect(sweep('X', measure, [1, 2], context)).rejects.toThrow('no');
  expect(calls).toEqual(['open', 1, 'close']);
});
