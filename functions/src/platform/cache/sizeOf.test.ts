import { expect, it } from 'vitest';
import { entrySize, sizeOf } from './sizeOf';

it('counts texts, numbers, lists, objects, maps and bytes', () => {
  expect(sizeOf('x'.repeat(1_000))).toBeGreaterThan(2_000);
  expect(sizeOf(new Uint8Array(500))).toBeGreaterThan(500);
  expect(sizeOf([1, 2, 3])).toBeGreaterThan(sizeOf([]));
  expect(sizeOf({ a: 'x'.repeat(100) })).toBeGreaterThan(200);
  expect(sizeOf(new Map([['k', 'x'.repeat(100)]]))).toBeGreaterThan(200);
  for (const value of [null, undefined, true, 1, 1n]) expect(sizeOf(value)).toBe(8);
});

it('is not below what V8 takes', () => {
  const make = (n: number) => ({
    id: `c${n}`,
    data: { name: `Ana ${n}`, tags: ['a', 'b'], at: n, note: 'x'.repeat(50) },
  });
  const before = process.memoryUsage().heapUsed;
  const values = Array.from({ length: 20_000 }, (_, n) => make(n));
  const taken = process.memoryUsage().heapUsed - before;
  const counted = values.reduce((sum, value) => sum + entrySize(value.id, value), 0);
  expect(counted).toBeGreaterThan(taken * 0.8);
});
