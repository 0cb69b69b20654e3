import { describe, expect, it } from 'vitest';
import { conditionsOf, matches, needsLastSeen } from './filter';
import { contactOf } from './identify';
import type { Contact, ContactFilter } from './schema';
import { tagField } from './search';

const contact: Contact = {
  ...contactOf({ name: 'Ana', phone: '+34600111222' }),
  tags: ['vip', 'madrid'],
  attributes: { city: 'Madrid', points: 5, isMember: true, language: 'es' },
  userId: 'agent1',
};

describe('matches', () => {
  it.each<[string, ContactFilter, boolean, (number | null | undefined)?]>([
    ['everyone', {}, true],
    ['one of the tags', { anyTag: ['new', 'vip'] }, true],
    ['none of the tags', { anyTag: ['new'] }, false],
    ['all tags', { allTags: ['madrid', 'vip'] }, true],
    ['not all tags', { allTags: ['vip', 'new'] }, false],
    ['attribute', { attributes: { city: ['Sevilla', 'Madrid'] } }, true],
    ['another value', { attributes: { city: ['Sevilla'] } }, false],
    ['another type', { attributes: { points: ['5'] } }, false],
    ['number and truth', { attributes: { points: [5], isMember: [true] } }, true],
    ['one attribute of two', { attributes: { points: [5], isMember: [false] } }, false],
    ['no such attribute', { attributes: { constructor: ['x'] } }, false],
    ['language', { language: ['pt', 'es'] }, true],
    ['another language', { language: ['pt'] }, false],
    ['owner', { userId: 'agent1' }, true],
    ['another owner', { userId: 'agent2' }, false],
    ['seen since', { seenSince: 100 }, true, 100],
    ['seen before', { seenSince: 100 }, false, 99],
    ['never seen', { seenSince: 100 }, false, null],
    ['not seen since', { notSeenSince: 100 }, true, 99],
    ['seen then', { notSeenSince: 100 }, false, 100],
    ['never seen at all', { notSeenSince: 100 }, true, undefined],
    ['seen between', { seenSince: 100, notSeenSince: 200 }, true, 150],
    ['seen after', { seenSince: 100, notSeenSince: 200 }, false, 200],
    ['active', { isActive: true, isBlocked: false }, true],
    ['inactive', { isActive: false }, false],
    ['blocked', { isBlocked: true }, false],
    ['several, one of them not', { userId: 'agent1', anyTag: ['vip'], language: ['pt'] }, false],
  ])('%s', (_, filter, expected, lastInboundAt = null) => {
    expect(matches(filter, contact, lastInboundAt)).toBe(expected);
  });
});

describe('conditionsOf', () => {
  const attributes = { city: ['Madrid', 'Sevilla'], points: [5] };
  const many = Array.from({ length: 20 }, (_, n) => `v${n}`);

  it.each<[string, ContactFilter, unknown[], boolean?]>([
    ['nothing', {}, []],
    ['only last seen', { seenSince: 1 }, [], false],
    [
      'all of it',
      { userId: 'a', isActive: true, isBlocked: false, allTags: ['x', 'z', 'x'], anyTag: ['y'] },
      [
        ['userId', '==', 'a'],
        ['isActive', '==', true],
        ['isBlocked', '==', false],
        [tagField('x'), '==', true],
        [tagField('z'), '==', true],
        ['tags', 'array-contains-any', ['y']],
      ],
    ],
    [
      'attributes, the shorter list first',
      { attributes, language: ['es', 'pt'] },
      [
        ['attributes.points', '==', 5],
        ['attributes.city', 'in', ['Madrid', 'Sevilla']],
        ['attributes.language', 'in', ['es', 'pt']],
      ],
    ],
    [
      'lists as long as Firestore takes them, once each value',
      { anyTag: many, language: ['es', 'es'] },
      [
        ['attributes.language', '==', 'es'],
        ['tags', 'array-contains-any', many],
      ],
    ],
    [
      'no longer',
      { anyTag: many, language: ['es', 'pt'] },
      [['attributes.language', 'in', ['es', 'pt']]],
      false,
    ],
    [
      'a name with an accent and a space',
      { attributes: { 'código postal': ['28001'] } },
      [['attributes.código postal', '==', '28001']],
    ],
    ['a name with a dot', { attributes: { 'a.b': ['x'] } }, [], false],
    ['a name that paths refuse', { attributes: { 'a/b': ['x'], __a__: ['x'] } }, [], false],
  ])('%s', (_, filter, where, isExact = true) => {
    expect(conditionsOf(filter)).toEqual({ where, isExact });
  });
});

describe('needsLastSeen', () => {
  it.each<[string, ContactFilter, boolean]>([
    ['nothing', {}, false],
    ['other criteria', { userId: 'a', language: ['es'] }, false],
    ['seen since', { seenSince: 1 }, true],
    ['not seen since', { notSeenSince: 1 }, true],
  ])('%s', (_, filter, expected) => {
    expect(needsLastSeen(filter)).toBe(expected);
  });
});
