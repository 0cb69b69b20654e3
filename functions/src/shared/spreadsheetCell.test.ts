import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../test/support/random';
import { neutralised, restored } from './spreadsheetCell';

describe('neutralised', () => {
  it.each([
    ['Ana', 'Ana'],
    ['', ''],
    ['=1+1', "'=1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2+3', "'-2+3"],
    ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['\n', "'\n"],
    ['＝1+1', "'＝1+1"],
    // Spreadsheets with a comma for decimals divide at semicolons.
    ['Ana;=1+1', "Ana;'=1+1"],
    ['Ana\n@x', "Ana\n'@x"],
    // It was there before, and is to be there again.
    ["'=1+1", "''=1+1"],
    ["'Ana", "'Ana"],
    // Numbers, also those of phones, are no formulas.
    ['+34600111222', '+34600111222'],
    ['-12.5', '-12.5'],
    ['+34 600', "'+34 600"],
  ])('%j → %j', (text, cell) => {
    expect(neutralised(text)).toBe(cell);
    expect(restored(cell)).toBe(text);
  });
});

it('what is neutralised and restored is what it was, and runs nothing', () => {
  const random = seededRandom('spreadsheetCell');
  const signs = [
    '=',
    '+',
    '-',
    '@',
    "'",
    '\t',
    '\r',
    '\n',
    ';',
    ',',
    '"',
    ' ',
    '1',
    'a',
    '＝',
    '🎉',
  ];
  for (let n = 0; n < 20_000; n++) {
    const text = Array.from({ length: random.below(9) }, () => random.pick(signs)).join('');
    const cell = neutralised(text);
    expect(restored(cell)).toBe(text);
    // A number runs nothing, also with a comma for decimals.
    if (!/^[+-]?\d+(,\d+)?$/.test(cell))
      expect(cell).not.toMatch(/(^|[;\t\r\n])[=+\-@＝]|^[\t\r\n]/);
  }
});

it('reads what people write themselves', () => {
  expect(restored("'+34600111222")).toBe('+34600111222');
});
