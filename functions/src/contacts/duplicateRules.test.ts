import { expect, it } from 'vitest';
import { contactOf } from './identify';
import { phoneForms, reasonsFor } from './duplicateRules';
import type { Contact, Identity } from './schema';

const contact = (identity: Identity, attributes: Contact['attributes'] = {}): Contact => ({
  ...contactOf(identity),
  attributes,
});

it.each([
  ['Mexico', '+525512345678', '+5215512345678'],
  ['Argentina', '+541123456789', '+5491123456789'],
  ['Brazil', '+551187654321', '+5511987654321'],
])('a number of %s in both of its forms', (_, short, long) => {
  expect(phoneForms(short)).toEqual([short, long]);
  expect(phoneForms(long)).toEqual([long, short]);
});

it('a number of elsewhere has one form', () => {
  expect(phoneForms('+34600111222')).toEqual(['+34600111222']);
});

it.each<[string, Contact, Contact, string[]]>([
  [
    'the same name in other letters',
    contact({ name: 'José  PÉREZ' }),
    contact({ name: 'jose perez' }),
    ['name'],
  ],
  ['a first name that many have', contact({ name: 'Ana' }), contact({ name: 'Ana' }), []],
  [
    'two forms of a number',
    contact({ phone: '+525512345678' }),
    contact({ phone: '+5215512345678' }),
    ['phone'],
  ],
  [
    'an e-mail with capitals',
    contact({}, { email: 'Ana@x.es' }),
    contact({}, { email: 'ana@x.es' }),
    ['email'],
  ],
  ['what is no e-mail', contact({}, { email: 'none' }), contact({}, { email: 'none' }), []],
  ['a username', contact({ username: 'ana.p' }), contact({ username: 'Ana.P' }), ['username']],
])('%s', (_, a, b, reasons) => {
  expect(reasonsFor(a, b)).toEqual(reasons);
  expect(reasonsFor(b, a)).toEqual(reasons);
});
