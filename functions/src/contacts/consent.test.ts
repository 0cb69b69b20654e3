import { describe, expect, it } from 'vitest';
import { after, categoryOf, consentOf, maySend, preferenceCategory, type Wish } from './consent';
import type { Consent, ConsentCategory } from './schema';

const consent = (state: 'in' | 'out', at = 10): Consent => ({
  state,
  at,
  recordedAt: at,
  source: 'message',
  proof: null,
});

describe('maySend', () => {
  const saidIn = { consents: { marketing: consent('in'), utility: consent('in') } };
  const saidOut = { consents: { marketing: consent('out'), utility: consent('out') } };
  const long = { consents: {}, optOut: { at: 1, recordedAt: 1, source: 'message' as const } };

  it.each<[string, Parameters<typeof maySend>[0], ConsentCategory, boolean, string | null]>([
    ['an offer to somebody unknown', undefined, 'marketing', false, null],
    ['the same where offers need an opt-in', undefined, 'marketing', true, 'no-opt-in'],
    ['an offer to who said nothing', { consents: {} }, 'marketing', true, 'no-opt-in'],
    ['an offer to who asked for it', saidIn, 'marketing', true, null],
    ['an offer to who refused', saidOut, 'marketing', false, 'opted-out'],
    ['an offer to who refused before there were categories', long, 'marketing', false, 'opted-out'],
    ['a notice to who refused offers then', long, 'utility', false, null],
    ['a notice, where offers need an opt-in', undefined, 'utility', true, null],
    ['a notice to who refused notices', saidOut, 'utility', false, 'opted-out'],
    ['a code to who refused notices', saidOut, 'authentication', false, null],
    ['an answer to who refused all', saidOut, 'service', true, null],
  ])('%s', (_, contact, category, needsOptIn, refusal) => {
    expect(maySend(contact, category, needsOptIn)).toBe(refusal);
  });
});

describe('after a wish', () => {
  const wish = (state: 'in' | 'out', at: number): Wish => ({
    ...{ category: 'marketing', state, at, source: 'form', proof: 'form 1' },
  });

  it.each<[string, Consent | undefined, Wish, 'in' | 'out' | null]>([
    ['the first', undefined, wish('out', 5), 'out'],
    ['a later one', consent('in', 10), wish('out', 11), 'out'],
    ['an earlier one that came late', consent('in', 10), wish('out', 9), null],
    ['a refusal at the same time', consent('in', 10), wish('out', 10), 'out'],
    ['an agreement at the same time', consent('out', 10), wish('in', 10), null],
    ['the same state, later', consent('out', 10), wish('out', 12), 'out'],
  ])('%s', (_, known, told, state) => {
    expect(after(known, told, 100)?.state ?? null).toBe(state);
  });

  it('a refusal is found by when it was recorded, an agreement is not', () => {
    expect(after(undefined, wish('out', 5), 100)).toMatchObject({ at: 5, outRecordedAt: 100 });
    expect(after(undefined, wish('in', 5), 100)).not.toHaveProperty('outRecordedAt');
  });
});

it('what was said by category stands before what was said earlier of offers', () => {
  const optOut = { at: 1, recordedAt: 1, source: 'message' as const };
  expect(consentOf({ consents: { marketing: consent('in') }, optOut }, 'marketing')?.state).toBe(
    'in',
  );
});

it.each([
  ['UTILITY', 'utility'],
  ['AUTHENTICATION', 'authentication'],
  ['MARKETING', 'marketing'],
  ['SOMETHING_NEW', 'marketing'],
])('a template of the category %s is %s', (category, expected) => {
  expect(categoryOf({ category })).toBe(expected);
});

it.each([
  ['marketing_messages', 'marketing'],
  ['utility_messages', 'utility'],
  [undefined, 'marketing'],
  ['news', undefined],
])("WhatsApp's menu calls it %s", (category, expected) => {
  expect(preferenceCategory(category)).toBe(expected);
});
