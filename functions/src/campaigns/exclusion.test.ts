import { describe, expect, it } from 'vitest';
import { contactOf } from '../contacts/identify';
import type { Contact } from '../contacts/schema';
import { exclusionReason } from './exclusion';

const contact: Contact = {
  ...contactOf({ name: 'Ana', phone: '+34600111222' }),
  tags: ['vip', 'madrid'],
  attributes: { city: 'Madrid', points: 5, isMember: true, language: 'es' },
  userId: 'agent1',
};

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
    ['blocked', { isBlocked: true, isActive: false }, {}, 'blocked'],
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
