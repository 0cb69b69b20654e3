import { describe, expect, it } from 'vitest';
import { fromVersion } from '../platform/firestore';
import { compareTexts, compareValues } from './compare';

describe('compareValues', () => {
  it('orders as Firestore does', () => {
    const ordered = [
      null,
      false,
      true,
      NaN,
      -Infinity,
      -1.5,
      0,
      7,
      Infinity,
      fromVersion('5.1'),
      fromVersion('5.2'),
      fromVersion('6.0'),
      '',
      'A',
      'a',
      'ab',
      'é',
      '\uffee',
      '😀',
    ];
    for (const [i, a] of ordered.entries()) {
      for (const [j, b] of ordered.entries()) {
        expect(Math.sign(compareValues(a, b)), `${String(a)} and ${String(b)}`).toBe(
          Math.sign(i - j),
        );
      }
    }
  });

  it('compares texts by their bytes', () => {
    const texts = ['z', '\ud7ff', '\ue000', '\uffff', '𐀀', '😀', '😀a', 'a😀', 'a\uffff', ''];
    const byBytes = [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect([...texts].sort(compareTexts)).toEqual(byBytes);
  });

  it('refuses what it does not know', () => {
    expect(() => compareValues([1], [2])).toThrow('ordered by');
  });
});
