import { describe, expect, it } from 'vitest';
import { cut } from './text';

describe('cut', () => {
  it.each([
    ['', 3, ''],
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['ab🎉', 3, 'ab'],
    ['a🎉b', 3, 'a🎉'],
  ])('%s to %i: %s', (text, max, expected) => {
    expect(cut(text, max)).toBe(expected);
  });
});
