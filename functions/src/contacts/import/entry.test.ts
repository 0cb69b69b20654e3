import { describe, expect, it } from 'vitest';
import type { Definitions } from '../attributes';
import { readRow, type Entry } from './entry';
import { mappedColumns } from './mapping';
import { LIMITS } from './schema';

const definitions: Definitions = {
  language: { type: 'text', label: 'Language' },
  points: { type: 'number', label: 'Points' },
  size: { type: 'choice', label: 'Size', choices: ['S', 'M'] },
};
const HEADER = [
  'name',
  'phone',
  'bsuid',
  'tags',
  'isActive',
  'attributes.points',
  'attributes.size',
  'consent.marketing',
];
const reading = {
  columns: mappedColumns(HEADER, {}, definitions),
  header: HEADER,
  definitions,
  options: { tags: ['import'], consent: undefined, defaultCountry: 'ES' },
};
const row = (cells: Partial<Record<(typeof HEADER)[number], string>>) => ({
  line: 7,
  cells: HEADER.map((name) => cells[name] ?? ''),
});

describe('a row', () => {
  it('says what it says, and nothing of what is empty', () => {
    const cells = {
      name: "'=Ana",
      phone: '600 111 222',
      tags: 'vip; b ;',
      'attributes.points': '5,5',
      'consent.marketing': 'No',
    };
    expect(readRow(row(cells), reading)).toEqual({
      line: 7,
      identity: { name: '=Ana', phone: '+34600111222' },
      tags: ['import', 'vip', 'b'],
      attributes: { points: 5.5 },
      consents: { marketing: 'out' },
    } satisfies Entry);
  });

  it.each([
    ['600111222', '+34600111222'],
    ['0034 600-111-222', '+34600111222'],
    ['34600111222', '+34600111222'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['\u202a+34 600 111 222\u202c', '+34600111222'],
    ["'+34600111222", '+34600111222'],
  ])('with the number %j is about %s', (phone, expected) => {
    expect(readRow(row({ phone }), reading)).toMatchObject({ identity: { phone: expected } });
  });

  it.each([
    ['no number', {}, 'phone', 'no-identity'],
    ['no number it could be', { phone: '12' }, 'phone', 'invalid-number'],
    ['what a spreadsheet made of a number', { phone: '3.46E+10' }, 'phone', 'invalid-number'],
    ['a word for a number', { phone: 'n/a' }, 'phone', 'invalid-number'],
    ['a strange BSUID', { bsuid: 'a b' }, 'bsuid', 'invalid-bsuid'],
    [
      'no number of points',
      { phone: '600111222', 'attributes.points': 'many' },
      'attributes.points',
      'invalid-attribute',
    ],
    [
      'no choice',
      { phone: '600111222', 'attributes.size': 'XL' },
      'attributes.size',
      'invalid-attribute',
    ],
    [
      'neither yes nor no',
      { phone: '600111222', isActive: 'perhaps' },
      'isActive',
      'invalid-boolean',
    ],
    [
      'a consent that says nothing',
      { phone: '600111222', 'consent.marketing': 'hm' },
      'consent.marketing',
      'invalid-consent',
    ],
    ['a tag like a novel', { phone: '600111222', tags: 'x'.repeat(100) }, 'tags', 'invalid-tag'],
    ['a name like one', { phone: '600111222', name: 'x'.repeat(300) }, 'name', 'too-long'],
    [
      'a cell of a megabyte',
      { phone: '600111222', name: 'x'.repeat(LIMITS.cell + 1) },
      'name',
      'too-long',
    ],
  ])('with %s is rejected', (_, cells, column, reason) => {
    expect(readRow(row(cells), reading)).toEqual({ line: 7, column, reason });
  });

  it('with a cell too many is rejected: its values are in the wrong columns', () => {
    const cells = [...row({ phone: '600111222' }).cells, 'x'];
    expect(readRow({ line: 7, cells }, reading)).toMatchObject({ reason: 'too-many-cells' });
    expect(
      readRow({ line: 7, cells: [...row({ phone: '600111222' }).cells, ' '] }, reading),
    ).toHaveProperty('identity');
  });
});
