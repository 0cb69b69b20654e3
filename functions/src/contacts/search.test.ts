import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random';
import { contactOf } from './identify';
import { matchesText, searchChange, searchFields, tagField, textFields } from './search';

const ana = { ...contactOf({ name: 'Ana María García-López', phone: '+34600111222' }), tags: [] };
const found = (text: string, contact = ana): boolean => {
  const keys = new Set(Object.keys(searchFields(contact).keys).map((key) => `search.keys.${key}`));
  const fields = textFields(text);
  return (
    fields.length > 0 && fields.every((field) => keys.has(field)) && matchesText(text, contact)
  );
};

describe('a contact is found', () => {
  it.each([
    ['by a word', 'garcía', true],
    ['without accents, in capitals', 'GARCIA', true],
    ['by the beginning of a word', 'mar', true],
    ['by words in any order', 'lopez an', true],
    ['not by the middle of a word', 'arcia', false],
    ['not if one of the words is another', 'ana perez', false],
    ['by the beginning of the number', '+34600', true],
    ['as it is written', '+34 600 11-12', true],
    ['as it is dialled abroad', '0034600111', true],
    ['without the country', '600 111', true],
    ['by its last digits', '1222', true],
    ['whole', '34600111222', true],
    ['not by its middle', '00111', false],
    ['not by nothing', ' ¡! ', false],
  ])('%s: %s', (_, text, expected) => {
    expect(found(text)).toBe(expected);
  });

  it('by a username, by a word of over 12 letters, and not by another one that begins so', () => {
    const contact = { ...ana, username: 'Wolfeschlegelsteinhausen' };
    expect(found('wolfeschlegelstein', contact)).toBe(true);
    expect(found('wolfeschlegelbach', contact)).toBe(false);
  });

  it('in scripts where a word is one character, and where a letter takes two places', () => {
    expect(found('王', { ...ana, name: '王 小明' })).toBe(true);
    expect(found('𐐀𐐁', { ...ana, name: '𐐀𐐁𐐂' })).toBe(true);
  });

  it.each([
    ['+12125550123', '2125'],
    ['+5511987654321', '11987'],
    ['+351912345678', '91234'],
    ['+79161234567', '916'],
  ])('%s without its country: %s', (phone, text) => {
    expect(found(text, { ...ana, phone })).toBe(true);
  });
});

it('names nobody in what it stores keys under', () => {
  expect(Object.keys(searchFields(ana).keys).join()).not.toMatch(/ana|600|\./i);
});

it.each([
  [ana, 'ana maria garcia lopez'],
  [{ ...ana, name: '🎉', username: 'Ana.G' }, 'ana g'],
  [{ ...ana, name: null }, '+34600111222'],
])('is listed under its name, else under what is known', (contact, name) => {
  expect(searchFields(contact).name).toBe(name);
});

it('has some 45 keys', () => {
  expect(Object.keys(searchFields(ana).keys).length).toBeLessThan(50);
  expect(Object.keys(searchFields(ana).keys).length).toBeGreaterThan(30);
});

describe('searchChange', () => {
  const gone = Symbol('gone');
  it('names only what becomes another', () => {
    const before = { ...ana, search: searchFields(ana) };
    expect(searchChange(before, before, () => gone)).toEqual({});
    expect(searchChange(before, { ...before, tags: ['vip'] }, () => gone)).toEqual({
      [tagField('vip')]: true,
    });
  });

  it('leads to what a contact written whole has, whatever changes', () => {
    const random = seededRandom('searchChange');
    const some = () => ({
      ...ana,
      name: random.pick([null, 'Ana', 'Ana Ben', 'Ánimo', 'Ben']),
      phone: random.pick([null, '+34600111222', '+34600999222']),
      tags: random.shuffle(['a', 'b', 'c']).slice(random.below(4)),
    });
    for (let n = 0; n < 500; n++) {
      const before = some();
      const after = some();
      const stored = searchFields(before);
      const keys: Record<string, unknown> = { ...stored.keys };
      let { name } = stored;
      for (const [field, value] of Object.entries(
        searchChange({ ...before, search: stored }, after, () => gone),
      )) {
        if (field === 'search.name') name = value as string;
        else keys[field.replace('search.keys.', '')] = value;
      }
      const left = Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== gone));
      expect({ name, keys: left }).toEqual(searchFields(after));
    }
  });

  it('gives one that was never found all that it needs', () => {
    expect(Object.keys(searchChange({ ...ana, search: undefined }, ana, () => gone))).toHaveLength(
      Object.keys(searchFields(ana).keys).length + 1,
    );
  });
});
