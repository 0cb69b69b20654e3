import { describe, expect, test } from 'vitest';
import { describeShape } from './describe.ts';
import { shapesOf } from './shape.ts';
import { anyOf, sent } from './test-support.ts';
import type { SentQuery } from './types.ts';

const described = (query: SentQuery): string[] => shapesOf(query).map(describeShape);

describe('one shape', () => {
  test.each<[string, SentQuery, string]>([
    ['no condition', sent([]), 'contacts'],
    [
      'equalities, in any order',
      sent([
        ['b', 'EQUAL'],
        ['a', 'IN'],
      ]),
      'contacts where a ==, b ==',
    ],
    [
      'fields of a map that has any number of them',
      sent([
        ['search.keys.0a', 'EQUAL'],
        ['search.keys.1b', 'EQUAL'],
        ['attributes.city', 'IN'],
      ]),
      'contacts where attributes.* ==, search.keys.* ==',
    ],
    ['null and NaN are equalities', sent([['a', 'IS_NULL']]), 'contacts where a =='],
    [
      'members of arrays',
      sent([
        ['tags', 'ARRAY_CONTAINS_ANY'],
        ['a', 'EQUAL'],
      ]),
      'contacts where a ==, tags contains',
    ],
    ['an inequality sorts by its field', sent([['a', 'GREATER_THAN']]), 'contacts by a ↑'],
    ['so does "not null"', sent([['a', 'IS_NOT_NULL']]), 'contacts by a ↑'],
    ['a range in its own order', sent([['a', 'LESS_THAN']], ['a desc']), 'contacts by a ↓'],
    [
      'several inequalities sort alphabetically',
      sent([
        ['b', 'LESS_THAN'],
        ['a', 'NOT_IN'],
      ]),
      'contacts by a ↑, b ↑',
    ],
    [
      'after an explicit order, in its direction',
      sent([['a', 'LESS_THAN']], ['b desc']),
      'contacts by b ↓, a ↓',
    ],
    [
      'a constant field sorts nothing',
      sent([['a', 'EQUAL']], ['a', 'b']),
      'contacts where a == by b ↑',
    ],
    [
      'the key, where it goes on in the same direction',
      sent([['a', 'EQUAL']], ['b desc', '__name__ desc']),
      'contacts where a == by b ↓',
    ],
    ['the key in the other direction', sent([], ['b desc', '__name__']), 'contacts by b ↓, id ↑'],
    ['nothing counts after the key', sent([], ['__name__', 'a']), 'contacts'],
    ['a range of keys', sent([['__name__', 'GREATER_THAN']]), 'contacts'],
    ['one key', sent([['__name__', 'EQUAL']]), 'contacts'],
    ['a collection group', sent([['a', 'EQUAL']], [], { group: true }), 'all contacts where a =='],
    ['a sum', sent([['a', 'EQUAL']], [], { aggregated: ['n'] }), 'contacts where a == by n ↑'],
    [
      'an average of what is compared already',
      sent([['n', 'GREATER_THAN']], [], { aggregated: ['n'] }),
      'contacts by n ↑',
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
      ['contacts where a ==', 'contacts where b =='],
    ],
    [
      'with what holds for all of them',
      sent([['c', 'EQUAL'], anyOf(['a', 'EQUAL'], ['tags', 'ARRAY_CONTAINS'])], ['d']),
      ['contacts where a ==, c == by d ↑', 'contacts where c ==, tags contains by d ↑'],
    ],
    ['the same twice', sent([anyOf(['a', 'EQUAL'], ['a', 'EQUAL'])]), ['contacts where a ==']],
    [
      'all sorted by the inequality of one',
      sent([anyOf(['a', 'EQUAL'], ['b', 'LESS_THAN'])]),
      ['contacts where a == by b ↑', 'contacts by b ↑'],
    ],
  ])('%s', (_, query, expected) => {
    expect(described(query)).toEqual(expected);
  });
});

test('a filter that it does not know is no guess', () => {
  expect(() => shapesOf(sent([['a', 'SOUNDS_LIKE']]))).toThrow('SOUNDS_LIKE');
});
