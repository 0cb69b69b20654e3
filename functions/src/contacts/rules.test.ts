import { describe, expect, it } from 'vitest';
import { aliasIds, asksToStop, whoIs } from './rules';
import type { Contact } from './schema';

const contact = (fields: Partial<Contact>) => fields as Contact;

describe('aliasIds', () => {
  it('puts the BSUID first, and shows neither name in the ids', () => {
    const ids = aliasIds({ phone: '+34600111222', bsuid: 'ES.123' });
    expect(ids).toEqual([...aliasIds({ bsuid: 'ES.123' }), ...aliasIds({ phone: '+34600111222' })]);
    expect(ids.join()).not.toContain('600111222');
  });
});

describe('whoIs', () => {
  const withBsuid = { id: 'A', contact: contact({ bsuid: 'ES.1' }) };
  const phoneOnly = { id: 'P', contact: contact({ bsuid: null }) };

  it.each([
    ['nobody known is a new person', { phone: '+341', bsuid: 'ES.1' }, {}, null],
    [
      'a known BSUID decides',
      { phone: '+341', bsuid: 'ES.1' },
      { bsuid: withBsuid, phone: phoneOnly },
      'A',
    ],
    [
      'a BSUID appears for a known number',
      { phone: '+341', bsuid: 'ES.1' },
      { phone: phoneOnly },
      'P',
    ],
    ['a number alone is enough', { phone: '+341' }, { phone: withBsuid }, 'A'],
    [
      'a number with another BSUID changed hands',
      { phone: '+341', bsuid: 'ES.2' },
      { phone: withBsuid },
      null,
    ],
  ])('%s', (_, identity, known, expected) => {
    expect(whoIs(identity, known)).toBe(expected);
  });
});

describe('asksToStop', () => {
  const words = ['stop', 'cancelar suscripcion', 'não quero'];
  it.each([
    ['STOP', true],
    ['  Stop! ', true],
    ['Cancelar suscripción.', true],
    ['nao quero', true],
    ['please stop by at noon', false],
    ['', false],
    ['!!!', false],
  ])('%j → %s', (text, expected) => {
    expect(asksToStop(text, words)).toBe(expected);
  });
});
