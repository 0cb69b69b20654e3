import { describe, expect, it } from 'vitest';
import { fromVersion, increment } from '../platform/firestore';
import { sameValue } from './sameValue';

describe('sameValue', () => {
  it.each([
    [1, 1],
    [null, null],
    [{ a: [1, { b: 'x' }], c: undefined }, { a: [1, { b: 'x' }] }],
    [new Date(1_500), fromVersion('1.500000000')],
    [fromVersion('1.5'), fromVersion('1.5')],
    [Buffer.from('ab'), Buffer.from('ab')],
  ])('%j is stored as %j', (asked, stored) => {
    expect(sameValue(asked, stored)).toBe(true);
  });

  it.each([
    [1, 2],
    [1, '1'],
    [null, {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1, b: 2 }, { a: 1 }],
    [[1], [1, 2]],
    [[1], { 0: 1 }],
    [new Date(1_500), fromVersion('1.500000001')],
    [new Date(1_500), 'text'],
    [increment(1), 1],
  ])('%j is not stored as %j', (asked, stored) => {
    expect(sameValue(asked, stored)).toBe(false);
  });
});
