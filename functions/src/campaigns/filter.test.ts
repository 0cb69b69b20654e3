import { describe, expect, it } from 'vitest';
import type { Contact } from '../contacts/schema';
import { exclusionReason, matches, needsLastSeen, queryCriterion } from './filter';
import type { ContactFilter } from './schema';

const contact: Contact = {
  name: 'Ana',
  phone: '+34600111222',
  bsuid: null,
  username: null,
  tags: ['vip', 'madrid'],
  attributes: { city: 'Madrid', points: 5, isMember: true, language: 'es' },
  optOut: null,
  userId: 'agent1',
  isActive: true,
  createdAt: 0,
  updatedAt: 0,
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
    ['several, one of them not', { userId: 'agent1', anyTag: ['vip'], language: ['pt'] }, false],
  ])('%s', (_, filter, expected, lastInboundAt = null) => {
    expect(matches(filter, contact, lastInboundAt)).toBe(expected);
  });
});

describe('queryCriterion', () => {
  const attributes = { city: ['Madrid', 'Sevilla'], points: [5] };

  it.each<[string, ContactFilter, unknown]>([
    ['nothing', {}, null],
    ['only last seen', { seenSince: 1 }, null],
    [
      'owner first',
      { userId: 'a', allTags: ['x'], anyTag: ['y'], attributes },
      { field: 'userId', op: '==', value: 'a' },
    ],
    [
      'then a tag',
      { allTags: ['x', 'z'], anyTag: ['y'], attributes },
      { field: 'tags', op: 'array-contains', value: 'x' },
    ],
    [
      'then some tags',
      { anyTag: ['y', 'z'], attributes },
      { field: 'tags', op: 'array-contains-any', value: ['y', 'z'] },
    ],
    [
      'then the attribute with the fewest values',
      { attributes, language: ['es', 'pt'] },
      { field: 'attributes.points', op: 'in', value: [5] },
    ],
    ['language', { language: ['es'] }, { field: 'attributes.language', op: 'in', value: ['es'] }],
    [
      'a name with an accent and a space',
      { attributes: { 'código postal': ['28001'] } },
      { field: 'attributes.código postal', op: 'in', value: ['28001'] },
    ],
    ['a name with a dot', { attributes: { 'a.b': ['x'] } }, null],
    ['a name that paths refuse', { attributes: { 'a/b': ['x'], __a__: ['x'] } }, null],
  ])('%s', (_, filter, criterion) => {
    expect(queryCriterion(filter)).toEqual(criterion);
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

describe('exclusionReason', () => {
  const none = {
    tags: new Set<string>(),
    phones: new Set<string>(),
    contactIds: new Set<string>(),
  };
  const optOut = { at: 1, recordedAt: 1, source: 'message' as const };

  it.each<[string, Partial<Contact>, Partial<typeof none>, string | null, boolean?]>([
    ['nothing', {}, {}, null],
    ['opted out of offers', { optOut }, {}, 'opted-out'],
    ['opted out, but it is none', { optOut }, {}, null, false],
    ['inactive', { isActive: false, optOut }, {}, 'inactive'],
    ['no address', { phone: null }, {}, 'no-address'],
    ['only a BSUID', { phone: null, bsuid: 'ES.1' }, {}, null],
    ['a tag', {}, { tags: new Set(['vip']) }, 'excluded'],
    ['a number', {}, { phones: new Set(['+34600111222']) }, 'excluded'],
    ['a contact', {}, { contactIds: new Set(['id']) }, 'excluded'],
    [
      'others',
      {},
      { tags: new Set(['x']), phones: new Set(['+1']), contactIds: new Set(['other']) },
      null,
    ],
    ['opted out and excluded', { optOut }, { tags: new Set(['vip']) }, 'opted-out'],
  ])('%s', (_, change, exclude, reason, isMarketing = true) => {
    const rules = { isMarketing, exclude: { ...none, ...exclude } };
    expect(exclusionReason({ ...contact, ...change }, rules, 'id')).toBe(reason);
  });
});
