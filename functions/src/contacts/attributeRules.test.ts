import { describe, expect, it } from 'vitest';
import { valueFromText, valueProblem, valueToText } from './attributeRules';
import type { AttributeDefinition, AttributeValue } from './schema';

const of = (type: AttributeDefinition['type']): AttributeDefinition => ({
  type,
  label: 'It',
  ...(type === 'choice' ? { choices: ['gold', 'true'] } : {}),
});

describe('valueProblem', () => {
  it.each<[AttributeDefinition['type'], AttributeValue, boolean]>([
    ['text', 'Madrid', true],
    ['text', ' ', false],
    ['text', 5, false],
    ['text', 'x'.repeat(501), false],
    ['number', 5, true],
    ['number', Number.NaN, false],
    ['number', '5', false],
    ['boolean', false, true],
    ['boolean', 'false', false],
    ['date', '2024-02-29', true],
    ['date', '2023-02-29', false],
    ['date', '2024-2-9', false],
    ['date', 1_700_000_000_000, false],
    ['choice', 'gold', true],
    ['choice', 'silver', false],
  ])('%s %j', (type, value, isRight) => {
    expect(valueProblem(of(type), value) === null).toBe(isRight);
  });
});

describe('valueFromText', () => {
  it.each<[AttributeDefinition['type'], string, AttributeValue | null]>([
    ['number', ' 5,5 ', 5.5],
    ['number', 'five', null],
    ['number', '', null],
    ['boolean', 'Sí', true],
    ['boolean', 'perhaps', null],
    ['date', ' 2024-02-29', '2024-02-29'],
    ['date', '29/02/2024', null],
    ['choice', 'silver', null],
  ])('%s %j', (type, text, value) => {
    expect(valueFromText(of(type), text)).toBe(value);
  });

  it.each<[AttributeDefinition['type'], AttributeValue]>([
    ['text', ' =1+1\n'],
    ['number', -1e-7],
    ['number', 1e21],
    ['boolean', true],
    ['date', '2024-02-29'],
    ['choice', 'true'],
  ])('of a %s is what was written: %j', (type, value) => {
    expect(valueFromText(of(type), valueToText(value))).toBe(value);
  });
});
