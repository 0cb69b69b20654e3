import { expect, it } from 'vitest';
import { csvRows, delimiterOf } from './csv';
import { LIMITS, type Row } from './schema';

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of pieces is asynchronous
async function* inPieces(text: string, size = 3): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function rowsOf(text: string, size?: number): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of csvRows(inPieces(text, size))) rows.push(row);
  return rows;
}

it.each([
  ['name,phone\nx', ','],
  ['name;phone\n1,2,3;x', ';'],
  ['name\tphone', '\t'],
  ['name|phone', '|'],
  ['"a,b,c";phone', ';'],
  ['\n\nname;phone', ';'],
  ['only', ','],
])('the delimiter of %j is %j', (text, delimiter) => {
  expect(delimiterOf(text)).toBe(delimiter);
});

it('line breaks of any kind, quotes, empty rows; a row has the line where it begins', async () => {
  const text = 'name;phone\r\n"Ana\r\nB ""x""";1\r\n\r\n;\r\rlast;3\n';
  expect(await rowsOf(text)).toEqual([
    { line: 1, cells: ['name', 'phone'] },
    { line: 2, cells: ['Ana\nB "x"', '1'] },
    { line: 7, cells: ['last', '3'] },
  ]);
});

it('rows may be shorter or longer than the header', async () => {
  expect((await rowsOf('a,b\n1\n1,2,3\n')).map(({ cells }) => cells)).toEqual([
    ['a', 'b'],
    ['1'],
    ['1', '2', '3'],
  ]);
});

it.each([
  ['a quote that is not closed', 'a,b\n"x,1\n2,3\n', 'malformed-csv'],
  ['a quote in the middle', 'a,b\nx"y,1\n', 'malformed-csv'],
  ['a row without an end', `a\n"${'x'.repeat(LIMITS.row + 10)}`, 'row-too-long'],
])('%s is refused with its line', async (_, text, reason) => {
  await expect(rowsOf(text, 50_000)).rejects.toMatchObject({
    code: 'invalid-argument',
    details: { reason, line: expect.any(Number) as number },
  });
});
