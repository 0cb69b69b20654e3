import fc from 'fast-check';
import { expect, it } from 'vitest';
import { globTest } from './glob';

it.each([
  ['documents:*', 'documents:1', true],
  ['documents:*', 'document:1', false],
  ['*:list', 'a:b:list', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'ac', false],
  ['ab*ba', 'aba', false],
  ['exact', 'exact', true],
  ['exact', 'exactly', false],
  ['*', '', true],
  ['a.c*', 'abc', false],
  ['**', 'x', true],
])('%s and %s: %s', (pattern, text, expected) => {
  expect(globTest(pattern)(text)).toBe(expected);
});

it('says what the regular expression says, in time that does not explode', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (pattern, subject) => {
      const expression = new RegExp(
        `^${pattern
          .split('*')
          .map((part) => part.replaceAll('.', '\\.'))
          .join('[^]*')}$`,
      );
      expect(globTest(pattern)(subject)).toBe(expression.test(subject));
    }),
  );
  expect(globTest('*a'.repeat(5_000))('a'.repeat(4_999))).toBe(false);
});
