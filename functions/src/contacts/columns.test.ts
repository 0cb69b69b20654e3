import { describe, expect, it } from 'vitest';
import { attributeColumn, booleanFromCell, columnOf, consentColumn, tagsFromCell } from './columns';

describe('columnOf', () => {
  it.each([
    ['name', { kind: 'field', field: 'name' }],
    ['\uFEFFName ', { kind: 'field', field: 'name' }],
    ['ISACTIVE', { kind: 'field', field: 'isActive' }],
    ['language', { kind: 'attribute', name: 'language' }],
    [attributeColumn('city'), { kind: 'attribute', name: 'city' }],
    [attributeColumn('language'), { kind: 'attribute', name: 'language' }],
    [consentColumn('marketing'), { kind: 'consent', category: 'marketing' }],
    ['attributes.', null],
    ['email', null],
  ])('%j', (header, expected) => {
    expect(columnOf(header)).toEqual(expected);
  });
});

it('tags of a cell: each once, without what is around them', () => {
  expect(tagsFromCell(' vip ; new;;vip')).toEqual(['vip', 'new']);
  expect(tagsFromCell('')).toEqual([]);
});

it.each([
  ['TRUE', true],
  [' sí', true],
  ['Falso', false],
  ['0', false],
  ['perhaps', null],
  ['', null],
])('%j is %s', (cell, expected) => {
  expect(booleanFromCell(cell)).toBe(expected);
});
