import { describe, expect, it } from 'vitest';
import { chunksOf, wavesOf } from './chunk';

describe('chunksOf', () => {
  const sizes = (items: number[], count: number, bytes: number) =>
    chunksOf(items, { count, bytes }, (size) => size);

  it.each([
    { name: 'nothing', items: [], chunks: [] },
    { name: 'by count', items: [1, 1, 1, 1, 1], chunks: [[1, 1], [1, 1], [1]] },
    { name: 'by size', items: [6, 6, 4, 1], chunks: [[6], [6, 4], [1]] },
    { name: 'what is too large alone', items: [1, 99, 1], chunks: [[1], [99], [1]] },
    { name: 'exactly full', items: [5, 5], chunks: [[5, 5]] },
  ])('splits $name', ({ items, chunks }) => {
    expect(sizes(items, 2, 10)).toEqual(chunks);
  });

  it('counts items that stand for several', () => {
    const limits = { count: 5, bytes: Infinity };
    const chunks = chunksOf(
      [2, 2, 2, 7, 1],
      limits,
      () => 0,
      (weight) => weight,
    );
    expect(chunks).toEqual([[2, 2], [2], [7], [1]]);
  });
});

describe('wavesOf', () => {
  it('keeps the order of what has the same key, and no two of a key together', () => {
    const waves = wavesOf(['a1', 'b1', 'a2', 'a3', 'b2'], (item) => item.charAt(0));
    expect(waves).toEqual([['a1', 'b1'], ['a2', 'b2'], ['a3']]);
  });
});
