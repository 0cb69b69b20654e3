import { describe, expect, it } from 'vitest';
import { fromVersion } from '../platform/firestore';
import { fromCursor, isPackable, toCursor } from './cursor';

describe('a cursor', () => {
  it.each([
    { values: [], id: 'a' },
    { values: ['text', 5, true, null], id: 'é' },
    { values: [-Infinity, fromVersion('17.000000009')], id: '1' },
  ])('gives back the position %j', (position) => {
    expect(fromCursor(toCursor(position), position.values.length)).toEqual(position);
  });

  it.each([
    ['nonsense', 0],
    ['', 0],
    [toCursor({ values: [1], id: 'a' }), 2],
    [toCursor({ values: [], id: 'a/b/c' }), 0],
    [toCursor({ values: [{ path: 'x' }], id: 'a' }), 1],
    [Buffer.from('{"a":1}').toString('base64url'), 0],
  ])('refuses %s as one of an order by %i fields', (cursor, fields) => {
    expect(() => fromCursor(cursor, fields)).toThrow('not one that this list gave');
  });

  it.each(['text', 0, NaN, false, null, fromVersion('17.9')])('can hold %s', (value) => {
    expect(isPackable(value)).toBe(true);
  });

  it.each([undefined, { x: 1 }, [1], Buffer.from('a')])('cannot hold %j', (value) => {
    expect(isPackable(value)).toBe(false);
  });
});
