import { describe, expect, it } from 'vitest';
import { contactOf } from '../contacts/identify';
import type { ConsentCategory, Contact } from '../contacts/schema';
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
  const out = { state: 'out', at: 1, recordedAt: 1, source: 'message', proof: null } as const;
  const refused = { consents: { marketing: out } };
  /** Of somebody stored before consents were kept by category. */
  const earlier = { optOut: { at: 1, recordedAt: 1, source: 'message' as const } };

  it.each<[string, Partial<Contact>, Partial<typeof none>, string | null, ConsentCategory[]?]>([
    ['nothing', {}, {}, null],
    ['opted out of offers', refused, {}, 'opted-out'],
    ['opted out of offers long ago', earlier, {}, 'opted-out'],
    ['opted out, but it is none', refused, {}, null, ['utility']],
    ['opted out of one of two', refused, {}, 'opted-out', ['utility', 'marketing']],
    ['blocked', { isBlocked: true, isActive: false }, {}, 'blocked'],
    ['inactive', { isActive: false, ...refused }, {}, 'inactive'],
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
    ['opted out and excluded', refused, { tags: new Set(['vip']) }, 'opted-out'],
  ])('%s', (_, change, exclude, reason, categories: ConsentCategory[] = ['marketing']) => {
    const rules = { categories, marketingNeedsOptIn: false, exclude: { ...none, ...exclude } };
    expect(exclusionReason({ ...contact, ...change }, rules, 'id')).toBe(reason);
  });
});
