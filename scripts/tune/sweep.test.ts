import { describe, expect, test } from 'vitest';
import { chooseFrom } from './sweep.ts';
import { atMost, candidate, sweepOf } from './test-support.ts';

const chosen = (...args: Parameters<typeof sweepOf>): number | null =>
  chooseFrom(sweepOf(...args), 80).proposed;

describe('of a sweep', () => {
  test('the better value is proposed, where more is better', () => {
    const { proposed, why } = chooseFrom(
      sweepOf('X', [candidate(40, [900, 910, 920]), candidate(80, [700, 705, 710])]),
      80,
    );
    expect(proposed).toBe(40);
    expect(why).toEqual([
      {
        text: 'an instance takes: 910 messages/s at 40, 705 messages/s at 80: 29 % better, noise 3 %',
        file: 'X.json',
      },
    ]);
  });

  test('and where less is', () => {
    const candidates = [candidate(40, [3, 3, 3]), candidate(80, [4, 4, 4])];
    expect(chosen('X', candidates, { better: 'lower' })).toBe(40);
    expect(chosen('X', candidates)).toBe(80);
  });

  test('the present value stays when the difference is within the noise of either', () => {
    expect(chosen('X', [candidate(40, [800, 1_000, 1_200]), candidate(80, [900, 900, 900])])).toBe(
      80,
    );
    expect(chosen('X', [candidate(40, [102, 102, 102]), candidate(80, [100, 100, 100])])).toBe(80);
    expect(chosen('X', [candidate(40, [104, 104, 104]), candidate(80, [100, 100, 100])])).toBe(40);
  });

  test('of those that are as good as the best, the smallest is proposed', () => {
    const candidates = [
      candidate(10, [500, 500, 500]),
      candidate(20, [990, 990, 990]),
      candidate(40, [1_000, 1_000, 1_000]),
      candidate(80, [600, 600, 600]),
    ];
    expect(chosen('X', candidates)).toBe(20);
  });

  test('a value that breaks a limit is not proposed, however good its figure is', () => {
    const broken = candidate(40, [2_000, 2_000, 2_000], { guards: [atMost(1_500, 1_000)] });
    expect(chosen('X', [broken, candidate(80, [100, 100, 100])])).toBe(80);
    expect(chosen('X', [broken])).toBeNull();
  });

  test('a present value that breaks a limit gives way to a worse one', () => {
    const { proposed, why } = chooseFrom(
      sweepOf('X', [
        candidate(40, [500, 500, 500]),
        candidate(80, [900, 900, 900], { guards: [atMost(1_500, 1_000)] }),
      ]),
      80,
    );
    expect(proposed).toBe(40);
    expect(why[0]?.text).toContain('the present value breaks p99: 1,500 ms, has to be ≤ 1000');
  });

  test.each([
    ['values with fewer than three runs', [candidate(40, [9, 9]), candidate(80, [1, 1, 1])], 80],
    ['a sweep without the present value', [candidate(40, [9, 9, 9])], null],
    ['a present value with fewer than three', [candidate(40, [9, 9, 9]), candidate(80, [1])], null],
  ])('%s say nothing', (_, candidates, proposed) => {
    expect(chosen('X', candidates)).toBe(proposed);
  });
});
