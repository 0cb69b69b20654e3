import { describe, expect, test } from 'vitest';
import { describeShape } from './describe.ts';
import { shapesOf } from './shape.ts';
import { anyOf, sent } from './test-support.ts';
import type { SentQuery } from './types.ts';

const described = (query: SentQuery): string[] => shapesOf(query).map(describeShape);

describe('one shape', () => {
  test.each<[string, SentQuery, string]>([
    ['no condition', sent([]), 'things'],
    [
      'equalities, in any order',
      sent([
        ['b', 'EQUAL'],
        ['a', 'IN'],
      ]),
      'things where a ==, b ==',
    ],
    ['null and NaN are equalities', sent([['a', 'IS_NULL']]), 'things where a =='],
    [
      'members of arrays',
      sent([
        ['tags', 'ARRAY_CONTAINS_ANY'],
        ['a', 'EQUAL'],
      ]),
      'things where a ==, tags contains',
    ],
    ['an inequality sorts by its field', sent([['a', 'GREATER_THAN']]), 'things by a ↑'],
    ['so does "not null"', sent([['a', 'IS_NOT_NULL']]), 'things by a ↑'],
    ['a range in its own order', sent([['a', 'LESS_THAN']], ['a desc']), 'things by a ↓'],
    [
      'several inequalities sort alphabetically',
      sent([
        ['b', 'LESS_THAN'],
        ['a', 'NOT_IN'],
      ]),
      'things by a ↑, b ↑',
    ],
    [
      'after an explicit order, in its direction',
      sent([['a', 'LESS_THAN']], ['b desc']),
      'things by b ↓, a ↓',
    ],
    [
      'a constant field sorts nothing',
      sent([['a', 'EQUAL']], ['a', 'b']),
      'things where a == by b ↑',
    ],
    [
      'the key, where it goes on in the same direction',
      sent([['a', 'EQUAL']], ['b desc', '__name__ desc']),
      'things where a == by b ↓',
    ],
    ['the key in the other direction', sent([], ['b desc', '__name__']), 'things by b ↓, id ↑'],
    ['nothing counts after the key', sent([], ['__name__', 'a']), 'things'],
    ['a range of keys', sent([['__name__', 'GREATER_THAN']]), 'things'],
    ['one key', sent([['__name__', 'EQUAL']]), 'things'],
    ['a collection group', sent([['a', 'EQUAL']], [], { group: true }), 'all things where a =='],
    ['a sum', sent([['a', 'EQUAL']], [], { aggregated: ['n'] }), 'things where a == by n ↑'],
    [
      'an average of what is compared already',
      sent([['n', 'GREATER_THAN']], [], { aggregated: ['n'] }),
      'things by n ↑',
    ],
  ])('%s', (_, query, expected) => {
    expect(described(query)).toEqual([expected]);
  });
});

describe('alternatives', () => {
  test.each<[string, SentQuery, string[]]>([
    [
      'one shape each',
      sent([anyOf(['a', 'EQUAL'], ['b', 'EQUAL'])]),
      ['things where a ==', 'things where b =='],
    ],
    [
      'with what holds for all of them',
      sent([['c', 'EQUAL'], anyOf(['a', 'EQUAL'], ['tags', 'ARRAY_CONTAINS'])], ['d']),
      ['things where a ==, c == by d ↑', 'things where c ==, tags contains by d ↑'],
    ],
    ['the same twice', sent([anyOf(['a', 'EQUAL'], ['a', 'EQUAL'])]), ['things where a ==']],
    [
      'all sorted by the inequality of one',
      sent([anyOf(['a', 'EQUAL'], ['b', 'LESS_THAN'])]),
      ['things where a == by b ↑', 'things by b ↑'],
    ],
  ])('%s', (_, query, expected) => {
    expect(described(query)).toEqual(expected);
  });
});

test('a filter that it does not know is no guess', () => {
  expect(() => shapesOf(sent([['a', 'SOUNDS_LIKE']]))).toThrow('SOUNDS_LIKE');
});
