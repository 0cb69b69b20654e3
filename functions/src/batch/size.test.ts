import { describe, expect, it } from 'vitest';
import { fromVersion, increment, union } from '../platform/firestore';
import { sizeOf } from '../shared/size';

describe('sizeOf', () => {
  it('is not less than the text and the names in it', () => {
    const data = { name: 'José', content: { body: '😀'.repeat(100) }, tags: ['a', 'b'] };
    expect(sizeOf(data)).toBeGreaterThan(Buffer.byteLength(JSON.stringify(data)));
  });

  it.each([null, 5, true, undefined, new Date(), fromVersion('1.5'), increment(1)])(
    'is small for %s',
    (value) => {
      expect(sizeOf(value)).toBeGreaterThan(0);
      expect(sizeOf(value)).toBeLessThan(100);
    },
  );

  it('counts what a transform carries', () => {
    expect(sizeOf(union('x'.repeat(5_000)))).toBeGreaterThan(5_000);
    expect(sizeOf(Buffer.alloc(5_000))).toBeGreaterThan(5_000);
  });
});

it('refuses what cannot be stored, wherever it is', () => {
  expect(() => sizeOf({ a: [{ b: () => 1 }] })).toThrow('a function cannot be stored');
});
