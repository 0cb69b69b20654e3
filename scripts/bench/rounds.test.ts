import { describe, expect, it } from 'vitest';
import { measure } from './rounds.ts';
import type { Context, Trial } from './types.ts';

const context: Context = {
  rounds: (own) => own,
  rttMs: 5,
  progress: () => undefined,
  stack: () => Promise.reject(new Error('not needed')),
};

/** A trial that notes whose turn it was. */
function noting(order: string[], trial: Partial<Trial> = {}): Trial {
  const side = (name: string, ms: number) => () => {
    order.push(name);
    return Promise.resolve({ '': ms });
  };
  return {
    name: 'job',
    figures: [{ name: '', unit: 'ms', better: 'lower' }],
    value: side('value', 10),
    baseline: side('baseline', 50),
    limit: side('limit', 8),
    ...trial,
  };
}

describe('the rounds', () => {
  it('take turns, and begin with another side each time', async () => {
    const order: string[] = [];
    await measure(context, [noting(order)], 3);
    expect(order.join(' ')).toBe('value baseline limit baseline limit value limit value baseline');
  });

  it('let a side run more often than another, spread over the round', async () => {
    const order: string[] = [];
    await measure(context, [noting(order, { times: { value: 3, limit: 2 } })], 1);
    expect(order.join(' ')).toBe('value baseline limit value limit value');
  });

  it.each([
    { better: 'lower', baseline: 5, limit: 0.8 },
    { better: 'higher', baseline: 0.2, limit: 1.25 },
  ] as const)('give ratios that are better when greater: $better', async (expected) => {
    const figures = [{ name: '', unit: 'ms', better: expected.better }];
    const [entry] = await measure(context, [noting([], { figures })], 3);
    expect(entry).toMatchObject({ name: 'job', value: 10, baseline: 50, limit: 8 });
    expect(entry?.ratioToBaseline).toBeCloseTo(expected.baseline);
    expect(entry?.ratioToLimit).toBeCloseTo(expected.limit);
    expect(entry?.runs).toHaveLength(3);
  });

  it('tell whether goals are met', async () => {
    const goals = [
      { of: 'baseline', atLeast: 5 },
      { of: 'limit', atLeast: 0.9 },
      { of: 'value', atMost: 10 },
    ] as const;
    const figures = [{ name: '', unit: 'ms', better: 'lower', goals }] as const;
    const [entry] = await measure(context, [noting([], { figures })], 2);
    expect(entry?.goals.map(({ isMet }) => isMet)).toEqual([true, false, true]);
  });

  it('have no ratio to what was not measured', async () => {
    const { name, figures, value } = noting([]);
    const [entry] = await measure(context, [{ name, figures, value }], 2);
    expect(entry).toMatchObject({ baseline: null, ratioToBaseline: null, ratioToLimit: null });
  });
});
