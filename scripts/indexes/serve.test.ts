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
    ['equality and order', sent(equal('a'), ['b desc']), 'needs contacts (a ↑, b ↓)'],
    ['equality and range', sent([...equal('a'), ['b', 'LESS_THAN']]), 'needs contacts (a ↑, b ↑)'],
    ['array and order', sent([['t', 'ARRAY_CONTAINS']], ['b']), 'needs contacts (t contains, b ↑)'],
    ['two orders', sent([], ['a', 'b desc']), 'needs contacts (a ↑, b ↓)'],
    ['a range and an order', sent([['a', 'LESS_THAN']], ['b']), 'needs contacts (b ↑, a ↑)'],
    [
      'keys against the order',
      sent([], ['a', '__name__ desc']),
      'needs contacts (a ↑, __name__ ↓)',
    ],
    [
      'a sum over a filter',
      sent(equal('a'), [], { aggregated: ['n'] }),
      'needs contacts (a ↑, n ↑)',
    ],
    ['a filtered collection group', sent(equal('a'), [], { group: true }), 'needs a'],
    ['a whole collection group', sent([], [], { group: true }), AUTOMATIC],
    ['descending ids alone', sent([], ['__name__ desc']), 'impossible'],
  ])('%s', (_, query, expected) => {
    expect(served(query)).toEqual([expected]);
  });
});

describe('with declared indexes', () => {
  test.each<[string, SentQuery, CompositeIndex[], string]>([
    ['the one', sent(equal('a'), ['b desc']), [index('a', 'b desc')], 'contacts (a ↑, b ↓)'],
    [
      'equalities in another order and direction',
      sent(equal('a', 'b'), ['c']),
      [index('b desc', 'a', 'c')],
      'contacts (b ↓, a ↑, c ↑)',
    ],
    [
      'an array among the equalities',
      sent([...equal('a'), ['t', 'ARRAY_CONTAINS']], ['c desc']),
      [index('a', 't contains', 'c desc')],
      'contacts (a ↑, t contains, c ↓)',
    ],
    [
      'an array that is compared, not searched',
      sent(equal('t'), ['c']),
      [index('t contains', 'c')],
      'needs contacts (t ↑, c ↑)',
    ],
    ['not backwards', sent(equal('a'), ['b desc']), [index('a', 'b')], 'needs contacts (a ↑, b ↓)'],
    [
      'not with a field more',
      sent(equal('a'), ['b']),
      [index('a', 'b', 'c'), index('a', 'c', 'b')],
      'needs contacts (a ↑, b ↑)',
    ],
    [
      'not with a field less',
      sent(equal('a', 'b'), ['c']),
      [index('a', 'c')],
      'needs contacts (a ↑, b ↑, c ↑)',
    ],
    [
      'merged, the order shared',
      sent(equal('a', 'b'), ['c']),
      [index('a', 'c'), index('b', 'c')],
      'contacts (a ↑, c ↑) + contacts (b ↑, c ↑)',
    ],
    [
      'merged, the widest first and no more than it takes',
      sent(equal('a', 'b', 'd'), ['c']),
      [index('a', 'c'), index('b', 'd', 'c'), index('d', 'c')],
      'contacts (b ↑, d ↑, c ↑) + contacts (a ↑, c ↑)',
    ],
    [
      'not merged with another order',
      sent(equal('a', 'b'), ['c']),
      [index('a', 'c'), index('b', 'c desc')],
      'needs contacts (a ↑, b ↑, c ↑)',
    ],
    [
      'rather the one than a merge',
      sent(equal('a', 'b')),
      [index('b', 'a')],
      'contacts (b ↑, a ↑)',
    ],
    ['not for less than its equalities', sent(equal('a')), [index('a', 'b')], AUTOMATIC],
    [
      'the key written out',
      sent(equal('a'), ['b desc']),
      [index('a', 'b desc', '__name__ desc')],
      'contacts (a ↑, b ↓, __name__ ↓)',
    ],
    [
      'the key against the order',
      sent(equal('a'), ['b desc', '__name__']),
      [index('a', 'b desc')],
      'needs contacts (a ↑, b ↓, __name__ ↑)',
    ],
    [
      'not across collections with the same name',
      sent(equal('a'), ['b'], { group: true }),
      [index('a', 'b')],
      'needs all contacts (a ↑, b ↑)',
    ],
  ])('%s', (_, query, indexes, expected) => {
    expect(served(query, indexes)).toEqual([expected]);
  });
});

describe('with overrides', () => {
  const exempt = (fieldPath: string): FieldOverride => ({
    collectionGroup: 'contacts',
    fieldPath,
    indexes: [],
  });
  const onlyDescending: FieldOverride = {
    collectionGroup: 'contacts',
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
      'contacts (a ↑, b ↑)',
    ],
    [
      'a composite merged with a field of its own index',
      sent(equal('a', 'b', 'c')),
      [exempt('a')],
      [index('a', 'b')],
      'contacts (a ↑, b ↑)',
    ],
  ])('%s', (_, query, overrides, indexes, expected) => {
    expect(served(query, indexes, overrides)).toEqual([expected]);
  });
});
