import { describe, expect, it } from 'vitest';
import { AppError } from '../shared/errors';
import { parseCsv, parseNumbers } from './list';

const ANA = '+34600111222';
const LUIS = '+573001234567';
const row = (phone: string, ...values: string[]) => ({ phone, values });
const clean = { invalid: 0, duplicates: 0, examples: [] };

describe('parseNumbers', () => {
  it('normalises, counts each once and tells what is none', () => {
    expect(parseNumbers([ANA, '0034 600 111 222', ' ', '12', `\u202a${LUIS}\u202c`])).toEqual({
      rows: [row(ANA), row(LUIS)],
      columns: [],
      invalid: 2,
      duplicates: 1,
      examples: [
        { line: 3, value: '', reason: 'no-number' },
        { line: 4, value: '12', reason: 'invalid-number' },
      ],
    });
  });

  it('gives twenty examples, none of them long', () => {
    const { invalid, examples } = parseNumbers(Array.from({ length: 30 }, () => 'x'.repeat(100)));
    expect(invalid).toBe(30);
    expect(examples).toHaveLength(20);
    expect(examples[0]?.value).toHaveLength(60);
  });
});

describe('parseCsv', () => {
  it.each([
    ['commas', `phone,name\n${ANA},Ana\n`],
    ['semicolons', `phone;name\n${ANA};Ana\n`],
    ['tabs', `phone\tname\n${ANA}\tAna\n`],
    ['bars', `phone|name\n${ANA}|Ana\n`],
    ['a byte order mark', `\uFEFFphone,name\n${ANA},Ana\n`],
    ['Windows line breaks', `phone,name\r\n${ANA},Ana\r\n`],
    ['old Mac line breaks', `phone,name\r${ANA},Ana\r`],
    ['no last line break', `phone,name\n${ANA},Ana`],
    ['quotes', `"phone","name"\n"${ANA}","Ana"\n`],
    ['blank lines and rows', `\n\nphone,name\n\n,\n${ANA},Ana\n , \n\n`],
    ['spaces', ` phone , name \n ${ANA} , Ana \n`],
    ['empty cells at the end', `phone,name\n${ANA},Ana,,\n`],
    ['columns without a name', `phone,,name\n${ANA},x,Ana\n`],
  ])('reads %s', (_, csv) => {
    expect(parseCsv(csv)).toEqual({ rows: [row(ANA, 'Ana')], columns: ['name'], ...clean });
  });

  it.each([
    ['a delimiter, a quote and a line break', '"a,b ""c""\r\nd"', 'a,b "c"\nd'],
    ['another delimiter', 'a;b', 'a;b'],
    ['nothing', '', ''],
    ['too much', 'x'.repeat(2_000), 'x'.repeat(1_024)],
  ])('reads a cell with %s', (_, cell, value) => {
    expect(parseCsv(`phone,note\r\n${ANA},${cell}\r\n`).rows).toEqual([row(ANA, value)]);
  });

  it('reads a row with too few cells as empty ones', () => {
    expect(parseCsv(`name,phone,city\nAna,${ANA}\n`).rows).toEqual([row(ANA, 'Ana', '')]);
  });

  it('sees the delimiter of a header whose names have others in quotes', () => {
    expect(parseCsv(`"a,b,c";phone\nx;${ANA}`).columns).toEqual(['a,b,c']);
  });

  it('counts rows by their line, with the first of a number taken', () => {
    const csv = `phone,name\r\n${ANA},"Ana\r\nMaría"\r\n\r\n,Luis\r\n34600111222,Again\r\n+34 6,X\r\n`;
    expect(parseCsv(csv)).toEqual({
      rows: [row(ANA, 'Ana\nMaría')],
      columns: ['name'],
      invalid: 2,
      duplicates: 1,
      examples: [
        { line: 5, value: '', reason: 'no-number' },
        { line: 7, value: '+34 6', reason: 'invalid-number' },
      ],
    });
  });

  it.each([
    ['phone', 'name,phone'],
    ['Teléfono', 'name,Teléfono'],
    ['decomposed accents', 'name,Tele\u0301fono'],
    ['MÓVIL', 'name,MÓVIL'],
    ['phoneNumber', 'name,phoneNumber'],
    ['wa_id', 'name,wa_id'],
    ['a word of several', 'name,Número de WhatsApp'],
    ['Celular', 'name,Celular'],
    ['number, if nothing better', 'name,Número'],
    ['a better one than number', 'number,Mobile phone'],
    ['an exact one before a word', 'phone type,phone'],
  ])('finds the number by the name: %s', (_, header) => {
    expect(parseCsv(`${header}\n1234,${ANA}\n`).rows).toEqual([row(ANA, '1234')]);
  });

  it.each([
    ['exactly', 'B'],
    ['in another case', 'b'],
  ])('takes the column that is named %s', (_, phoneColumn) => {
    const { rows, columns } = parseCsv(`phone,B\n${LUIS},${ANA}\n`, phoneColumn);
    expect({ rows, columns }).toEqual({ rows: [row(ANA, LUIS)], columns: ['phone'] });
  });

  const many = (count: number, of: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => of(index));

  it.each<[string, string, string, string?]>([
    ['nothing', '\n \n', 'empty-csv'],
    ['no header', `${ANA},Ana\n${LUIS},Luis\n`, 'no-header'],
    ['no column of numbers', `name,city\nAna,Madrid\n`, 'no-phone-column'],
    ['no such column', `phone,city\n${ANA},Madrid\n`, 'unknown-column', 'mobile'],
    ['a name twice', `phone,city,city\n${ANA},a,b\n`, 'duplicate-column'],
    ['a cell too many', `phone,city\n${ANA},Madrid, Spain\n`, 'too-many-cells'],
    ['an open quote', `phone,city\n${ANA},"Madrid\n`, 'malformed-csv'],
    ['a quote inside', `phone,city\n${ANA},Mad"rid\n`, 'malformed-csv'],
    ['too many columns', `phone,${many(200, (n) => `c${n}`).join()}\n${ANA}\n`, 'too-many-columns'],
    ['too many rows', `phone\n${many(50_001, () => ANA).join('\n')}\n`, 'too-many-rows'],
  ])('refuses %s', (_, csv, reason, phoneColumn) => {
    let error: unknown;
    try {
      parseCsv(csv, phoneColumn);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: 'invalid-argument',
      details: { reason, field: expect.stringMatching(/^audience/), hint: expect.any(String) },
    });
  });

  it('reads 50,000 rows in less than two seconds', () => {
    const lines = many(50_000, (n) => `+346${10_000_000 + n},"Ana ${n}",Madrid,A-${n}`);
    const begun = performance.now();
    const { rows } = parseCsv(`phone,name,city,order\r\n${lines.join('\r\n')}\r\n`);
    expect(rows).toHaveLength(50_000);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
