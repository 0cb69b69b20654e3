import { strToU8, zipSync, type Zippable } from 'fflate';
import { expect, it } from 'vitest';
import { xlsxFile, xlsxRow } from '../../shared/xlsx';
import type { Row } from './schema';
import { isWorkbook, xlsxRows } from './xlsx';

const WORKBOOK = '<workbook><sheets><sheet name="S" sheetId="1" r:id="rId7"/></sheets></workbook>';
const RELATIONS =
  '<Relationships><Relationship Id="rId1" Target="styles.xml"/>' +
  '<Relationship Id="rId7" Target="worksheets/other.xml"/></Relationships>';

function workbook(sheet: string, more: Record<string, string> = {}): Uint8Array {
  const files: Zippable = {};
  const all = {
    // Written before what it needs, as streaming writers do.
    'xl/worksheets/other.xml': `<worksheet><sheetData>${sheet}</sheetData></worksheet>`,
    'xl/workbook.xml': WORKBOOK,
    'xl/_rels/workbook.xml.rels': RELATIONS,
    ...more,
  };
  for (const [name, text] of Object.entries(all)) files[name] = strToU8(text);
  return zipSync(files);
}

const rowsOf = (file: Uint8Array): Row[] => [...xlsxRows(file)];

it('reads texts, numbers, days, truths and what formulas came to', () => {
  const sharedStrings =
    '<sst><si><t>Ana</t></si><si><r><t>B</t></r><r><t xml:space="preserve"> ob</t></r>' +
    '<rPh sb="0" eb="1"><t>reading</t></rPh></si></sst>';
  const styles =
    '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/>' +
    '<numFmt numFmtId="171" formatCode="0.0&quot;days&quot;"/></numFmts><cellXfs>' +
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>';
  const sheet =
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>' +
    '<row r="3"><c r="A3"><v>3.4600111222E10</v></c><c r="B3" s="1"><v>45000</v></c>' +
    '<c r="C3" s="2"><v>45000.7</v></c><c r="D3" s="3"><v>2.5</v></c><c r="E3" t="b"><v>1</v></c>' +
    '<c r="F3" t="str"><f>1+1</f><v>two</v></c><c r="G3" t="e"><v>#N/A</v></c>' +
    '<c r="H3" t="inlineStr"><is><t>a &amp; _x0041_</t></is></c></row><row r="4"><c r="A4"/></row>';
  const file = workbook(sheet, { 'xl/sharedStrings.xml': sharedStrings, 'xl/styles.xml': styles });
  expect(rowsOf(file)).toEqual([
    { line: 1, cells: ['Ana', '', 'B ob'] },
    {
      line: 3,
      cells: ['34600111222', '2023-03-15', '2023-03-15', '2.5', 'true', 'two', '', 'a & A'],
    },
  ]);
});

it('reads what an export writes', async () => {
  const cells = [
    ['name', 'phone'],
    ["José \n<b>'=x", '+34600111222'],
  ];
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream of pieces is asynchronous
  async function* pieces(): AsyncGenerator<string> {
    for (const row of cells) yield xlsxRow(row);
  }
  const written: Uint8Array[] = [];
  for await (const piece of xlsxFile(pieces())) written.push(piece);
  const file = Buffer.concat(written);
  expect(isWorkbook(file)).toBe(true);
  expect(rowsOf(file).map((row) => row.cells)).toEqual(cells);
});

it('a bomb is refused while it unpacks, in little memory', () => {
  const spaces = Buffer.alloc(200 * 1024 * 1024, 0x20);
  const file = zipSync({
    'xl/workbook.xml': strToU8(WORKBOOK),
    'xl/_rels/workbook.xml.rels': strToU8(RELATIONS),
    'xl/worksheets/other.xml': Buffer.concat([strToU8('<worksheet><sheetData>'), spaces]),
  });
  expect(file.length).toBeLessThan(512 * 1024);
  expect(() => rowsOf(file)).toThrow(
    expect.objectContaining({
      details: expect.objectContaining({ reason: 'xlsx-too-large' }) as object,
    }),
  );
});

it.each<[string, () => Uint8Array, string]>([
  [
    'cut off',
    () => workbook('<row r="1"><c t="str"><v>x</v></c></row>').subarray(0, 120),
    'malformed-xlsx',
  ],
  ['another archive', () => zipSync({ 'a.txt': strToU8('x') }), 'not-a-workbook'],
  ['broken inside', () => workbook('<row r="1"><c></row>'), 'malformed-xlsx'],
  [
    'an entity of its own',
    () => workbook('<row r="1"><c t="str"><v>&bomb;</v></c></row>'),
    'malformed-xlsx',
  ],
  ['too wide', () => workbook('<row r="1"><c r="ZZZ1"><v>1</v></c></row>'), 'too-many-columns'],
])('%s: refused with what to do', (_, file, reason) => {
  expect(() => rowsOf(file())).toThrow(
    expect.objectContaining({ details: expect.objectContaining({ reason }) as object }),
  );
});
