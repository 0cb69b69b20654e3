import { describe, expect, it } from 'vitest';
import { orderOf, splitLists, type Filter } from './querySpec';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const listsOf = (where: Filter[]) => splitLists({ where }).map((spec) => spec.where);

describe('splitLists', () => {
  it('leaves a query without lists, and short lists, as they are', () => {
    expect(listsOf([['a', '==', 1]])).toEqual([[['a', '==', 1]]]);
    expect(listsOf([['a', 'in', range(0, 30)]])).toEqual([[['a', 'in', range(0, 30)]]]);
  });

  it('splits a list at 30 values', () => {
    const lists = listsOf([['a', 'in', range(0, 65)]]);
    expect(lists).toEqual([
      [['a', 'in', range(0, 30)]],
      [['a', 'in', range(30, 60)]],
      [['a', 'in', range(60, 65)]],
    ]);
  });

  it('asks for a value once', () => {
    expect(listsOf([['a', 'in', [1, 2, 1, ...Array.from({ length: 50 }, () => 2)]]])).toEqual([
      [['a', 'in', [1, 2]]],
    ]);
  });

  it('finds nothing with an empty list', () => {
    expect(
      listsOf([
        ['a', '==', 1],
        ['b', 'in', []],
      ]),
    ).toEqual([]);
  });

  it.each([
    [10, 10],
    [31, 40],
    [3, 100],
    [1, 31],
  ])('keeps the product of lists of %i and %i within 30, and loses no pair', (a, b) => {
    const lists = listsOf([
      ['a', 'in', range(0, a)],
      ['b', 'array-contains-any', range(0, b)],
    ]);
    const pairs = new Set<string>();
    for (const [first, second] of lists) {
      const [left, right] = [first?.[2], second?.[2]] as [number[], number[]];
      expect(left.length * right.length).toBeLessThanOrEqual(30);
      for (const x of left) for (const y of right) pairs.add(`${x} ${y}`);
    }
    expect(pairs.size).toBe(a * b);
  });
});

describe('orderOf', () => {
  it('is what is asked for, else the field of the ranges, else by id', () => {
    const ranged = { where: [['at', '<', 5]] } as const;
    expect(orderOf([ranged], [['name', 'desc']])).toEqual([['name', 'desc']]);
    expect(orderOf([ranged, { where: [] }], undefined)).toEqual([['at', 'asc']]);
    expect(orderOf([{ where: [['at', '==', 5]] }], undefined)).toEqual([]);
  });

  it('cannot be two', () => {
    const specs = [{ where: [['a', '<', 5]] }, { where: [['b', '>', 5]] }] as const;
    expect(() => orderOf(specs, undefined)).toThrow('one "orderBy"');
  });
});
