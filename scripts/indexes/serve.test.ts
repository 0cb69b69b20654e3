import { describe, expect, test } from 'vitest';
import { describeIndex } from './describe.ts';
import { serve, type Service } from './serve.ts';
import { shapesOf } from './shape.ts';
import { index, sent } from './test-support.ts';
import type { CompositeIndex, FieldOverride, SentQuery } from './types.ts';

const AUTOMATIC = 'automatic';

/** What serves it; behind `needs` what is missing. */
function described(service: Service): string {
  if (service.by === 'automatic') return AUTOMATIC;
  if (service.by === 'composite') return service.indexes.map(describeIndex).join(' + ');
  const { lack } = service;
  if (lack.kind === 'impossible') return 'impossible';
  return `needs ${lack.kind === 'composite' ? describeIndex(lack.wanted) : lack.fields.join(', ')}`;
}

function served(
  query: SentQuery,
  indexes: CompositeIndex[] = [],
  fieldOverrides: FieldOverride[] = [],
): string[] {
  return shapesOf(query).map((shape) => described(serve(shape, { indexes, fieldOverrides })));
}

const equal = (...fields: string[]): [string, string][] => fields.map((field) => [field, 'EQUAL']);

describe('without declared indexes', () => {
  test.each<[string, SentQuery, string]>([
    ['a whole collection', sent([]), AUTOMATIC],
    ['an order', sent([], ['a desc']), AUTOMATIC],
    ['an equality', sent(equal('a')), AUTOMATIC],
    ['equalities are merged', sent(equal('a', 'b', 'c')), AUTOMATIC],
    ['with a searched array too', sent([...equal('a'), ['t', 'ARRAY_CONTAINS']]), AUTOMATIC],
    ['equalities, newest ids first', sent(equal('a', 'b'), ['__name__ desc']), AUTOMATIC],
    ['a range', sent([['a', 'GREATER_THAN']], ['a desc']), AUTOMATIC],
    ['a count is a query', sent([['a', 'GREATER_THAN']]), AUTOMATIC],
    ['a sum of everything', sent([], [], { aggregated: ['n'] }), AUTOMATIC],
    ['equality and order', sent(equal('a'), ['b desc']), 'needs things (a ↑, b ↓)'],
    ['equality and range', sent([...equal('a'), ['b', 'LESS_THAN']]), 'needs things (a ↑, b ↑)'],
    ['array and order', sent([['t', 'ARRAY_CONTAINS']], ['b']), 'needs things (t contains, b ↑)'],
    ['two orders', sent([], ['a', 'b desc']), 'needs things (a ↑, b ↓)'],
    ['a range and an order', sent([['a', 'LESS_THAN']], ['b']), 'needs things (b ↑, a ↑)'],
    ['keys against the order', sent([], ['a', '__name__ desc']), 'needs things (a ↑, __name__ ↓)'],
    ['a sum over a filter', sent(equal('a'), [], { aggregated: ['n'] }), 'needs things (a ↑, n ↑)'],
    ['a filtered collection group', sent(equal('a'), [], { group: true }), 'needs a'],
    ['a whole collection group', sent([], [], { group: true }), AUTOMATIC],
    ['descending ids alone', sent([], ['__name__ desc']), 'impossible'],
  ])('%s', (_, query, expected) => {
    expect(served(query)).toEqual([expected]);
  });
});

describe('with declared indexes', () => {
  test.each<[string, SentQuery, CompositeIndex[], string]>([
    ['the one', sent(equal('a'), ['b desc']), [index('a', 'b desc')], 'things (a ↑, b ↓)'],
    [
      'equalities in another order and direction',
      sent(equal('a', 'b'), ['c']),
      [index('b desc', 'a', 'c')],
      'things (b ↓, a ↑, c ↑)',
    ],
    [
      'an array among the equalities',
      sent([...equal('a'), ['t', 'ARRAY_CONTAINS']], ['c desc']),
      [index('a', 't contains', 'c desc')],
      'things (a ↑, t contains, c ↓)',
    ],
    [
      'an array that is compared, not searched',
      sent(equal('t'), ['c']),
      [index('t contains', 'c')],
      'needs things (t ↑, c ↑)',
    ],
    ['not backwards', sent(equal('a'), ['b desc']), [index('a', 'b')], 'needs things (a ↑, b ↓)'],
    [
      'not with a field more',
      sent(equal('a'), ['b']),
      [index('a', 'b', 'c'), index('a', 'c', 'b')],
      'needs things (a ↑, b ↑)',
    ],
    [
      'not with a field less',
      sent(equal('a', 'b'), ['c']),
      [index('a', 'c')],
      'needs things (a ↑, b ↑, c ↑)',
    ],
    [
      'merged, the order shared',
      sent(equal('a', 'b'), ['c']),
      [index('a', 'c'), index('b', 'c')],
      'things (a ↑, c ↑) + things (b ↑, c ↑)',
    ],
    [
      'merged, the widest first and no more than it takes',
      sent(equal('a', 'b', 'd'), ['c']),
      [index('a', 'c'), index('b', 'd', 'c'), index('d', 'c')],
      'things (b ↑, d ↑, c ↑) + things (a ↑, c ↑)',
    ],
    [
      'not merged with another order',
      sent(equal('a', 'b'), ['c']),
      [index('a', 'c'), index('b', 'c desc')],
      'needs things (a ↑, b ↑, c ↑)',
    ],
    ['rather the one than a merge', sent(equal('a', 'b')), [index('b', 'a')], 'things (b ↑, a ↑)'],
    ['not for less than its equalities', sent(equal('a')), [index('a', 'b')], AUTOMATIC],
    [
      'the key written out',
      sent(equal('a'), ['b desc']),
      [index('a', 'b desc', '__name__ desc')],
      'things (a ↑, b ↓, __name__ ↓)',
    ],
    [
      'the key against the order',
      sent(equal('a'), ['b desc', '__name__']),
      [index('a', 'b desc')],
      'needs things (a ↑, b ↓, __name__ ↑)',
    ],
    [
      'not across collections with the same name',
      sent(equal('a'), ['b'], { group: true }),
      [index('a', 'b')],
      'needs all things (a ↑, b ↑)',
    ],
  ])('%s', (_, query, indexes, expected) => {
    expect(served(query, indexes)).toEqual([expected]);
  });
});

describe('with overrides', () => {
  const exempt = (fieldPath: string): FieldOverride => ({
    collectionGroup: 'things',
    fieldPath,
    indexes: [],
  });
  const onlyDescending: FieldOverride = {
    collectionGroup: 'things',
    fieldPath: 'a',
    indexes: [
      { order: 'DESCENDING', queryScope: 'COLLECTION' },
      { order: 'ASCENDING', queryScope: 'COLLECTION_GROUP' },
    ],
  };

  test.each<[string, SentQuery, FieldOverride[], CompositeIndex[], string]>([
    ['an exempted field', sent(equal('a')), [exempt('a')], [], 'needs a'],
    ['one of several', sent(equal('a', 'b')), [exempt('b')], [], 'needs b'],
    ['an exempted order', sent([], ['a']), [exempt('a')], [], 'needs a'],
    ['what is in an exempted map', sent(equal('a.x')), [exempt('a')], [], 'needs a.x'],
    [
      'what is excepted from that',
      sent(equal('a.x')),
      [exempt('a'), { ...onlyDescending, fieldPath: 'a.x' }],
      [],
      'needs a.x',
    ],
    ['every field', sent(equal('a')), [exempt('*')], [], 'needs a'],
    [
      'another collection',
      sent(equal('a')),
      [{ ...exempt('a'), collectionGroup: 'b' }],
      [],
      AUTOMATIC,
    ],
    ['a direction', sent([], ['a desc']), [onlyDescending], [], AUTOMATIC],
    ['the other direction', sent([], ['a']), [onlyDescending], [], 'needs a'],
    ['a collection group', sent(equal('a'), [], { group: true }), [onlyDescending], [], AUTOMATIC],
    [
      'a composite of exempted fields',
      sent(equal('a'), ['b']),
      [exempt('a'), exempt('b')],
      [index('a', 'b')],
      'things (a ↑, b ↑)',
    ],
    [
      'a composite merged with a field of its own index',
      sent(equal('a', 'b', 'c')),
      [exempt('a')],
      [index('a', 'b')],
      'things (a ↑, b ↑)',
    ],
  ])('%s', (_, query, overrides, indexes, expected) => {
    expect(served(query, indexes, overrides)).toEqual([expected]);
  });
});
