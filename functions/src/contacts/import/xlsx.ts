import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { refusedFile } from './refused';
import { LIMITS, type Row } from './schema';
import { checkWhole, unpacked } from './zip';

/** How a workbook begins, as every zip archive. */
export const isWorkbook = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04;

const SHEET = 'xl/worksheets/sheet1.xml';
const SMALL = 8 * 1024 * 1024;

/**
 * The rows of a workbook's first sheet, the header first, one at a time. Cells are texts: numbers
 * without an exponent, dates as `2026-11-23`, formulas as what they last came to.
 *
 * @throws AppError `invalid-argument` where it is no workbook, or larger than a list can be
 */
export function* xlsxRows(file: Uint8Array): Generator<Row> {
  checkWhole(file);
  const sheet = firstSheetOf(file);
  const texts = sharedTextsOf(file);
  const dates = dateStylesOf(file);
  let rows: Row[] = [];
  let row: Row | undefined;
  let cell: { column: number; type: string; isDate: boolean; value: string } | undefined;
  let isValue = false;
  let lastLine = 0;
  const parser = new SaxesParser();
  parser.on('opentag', ({ name, attributes }: SaxesTagPlain) => {
    const tag = localName(name);
    if (tag === 'row') {
      // A row is told from others by its line, whatever the file says.
      lastLine = Math.max(lastLine + 1, Number.parseInt(attributes['r'] ?? '', 10) || 0);
      row = { line: lastLine, cells: [] };
    } else if (tag === 'c' && row) {
      const column = columnNumber(attributes['r'] ?? '') ?? row.cells.length;
      if (column >= LIMITS.columns) throw tooManyColumns();
      const isDate = dates.has(Number(attributes['s'] ?? -1));
      cell = { column, type: attributes['t'] ?? 'n', isDate, value: '' };
    } else if (tag === 'v' || tag === 't') isValue = true;
  });
  parser.on('text', (text) => {
    if (!isValue || !cell) return;
    cell.value += text;
    if (cell.value.length > LIMITS.row) throw rowTooLong(lastLine);
  });
  parser.on('closetag', ({ name }: SaxesTagPlain) => {
    const tag = localName(name);
    if (tag === 'v' || tag === 't') isValue = false;
    else if (tag === 'c' && row && cell) {
      while (row.cells.length < cell.column) row.cells.push('');
      row.cells[cell.column] = textOf(cell, texts);
      cell = undefined;
    } else if (tag === 'row' && row) {
      if (row.cells.some((text) => text.trim() !== '')) rows.push(row);
      row = undefined;
    }
  });
  for (const text of textOfFile(file, sheet, LIMITS.sheet)) {
    parse(parser, text);
    yield* rows;
    rows = [];
  }
  parse(parser, null);
  yield* rows;
}

/** Where the first sheet is; by the names that all spreadsheets give it, unless it says otherwise. */
function firstSheetOf(file: Uint8Array): string {
  const workbook = whole(file, 'xl/workbook.xml');
  if (workbook === '') {
    throw refusedFile(
      'not-a-workbook',
      'The file is an archive, but no workbook.',
      'Upload a .xlsx or .csv file; older .xls files have to be saved as .xlsx first.',
    );
  }
  const id = /<(?:\w+:)?sheet\b[^>]*\br:id="([^"]+)"/.exec(workbook)?.[1] ?? '';
  const relations = whole(file, 'xl/_rels/workbook.xml.rels');
  for (const [relation] of relations.matchAll(/<(?:\w+:)?Relationship\b[^>]*>/g)) {
    if (/\bId="([^"]+)"/.exec(relation)?.[1] !== id) continue;
    const target = /\bTarget="([^"]+)"/.exec(relation)?.[1] ?? '';
    return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
  }
  return SHEET;
}

/** The texts that cells name by number. */
function sharedTextsOf(file: Uint8Array): string[] {
  const texts: string[] = [];
  let text: string | undefined;
  let isText = false;
  let isGuide = false;
  const parser = new SaxesParser();
  parser.on('opentag', ({ name }: SaxesTagPlain) => {
    const tag = localName(name);
    if (tag === 'si') text = '';
    // How a word is read is no text of the cell.
    if (tag === 'rPh') isGuide = true;
    isText = tag === 't' && !isGuide;
  });
  parser.on('text', (piece) => {
    if (isText && text !== undefined) text += piece;
  });
  parser.on('closetag', ({ name }: SaxesTagPlain) => {
    const tag = localName(name);
    isText = false;
    if (tag === 'rPh') isGuide = false;
    if (tag !== 'si') return;
    texts.push(text ?? '');
    text = undefined;
  });
  for (const piece of textOfFile(file, 'xl/sharedStrings.xml', LIMITS.texts)) parse(parser, piece);
  return texts;
}

/** Formats that show a number as a day, by their fixed numbers. */
const DATE_FORMATS = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 30, 36, 50, 57]);

/** The styles, by number, that show a number as a day. */
function dateStylesOf(file: Uint8Array): Set<number> {
  const styles = whole(file, 'xl/styles.xml');
  const own = new Set<number>();
  for (const [tag] of styles.matchAll(/<(?:\w+:)?numFmt\b[^>]*>/g)) {
    const code = /\bformatCode="([^"]*)"/.exec(tag)?.[1] ?? '';
    const plain = code.replace(/\[[^\]]*\]|"[^"]*"|&quot;.*?&quot;|\\./g, '');
    if (/[dy]/i.test(plain)) own.add(Number(/\bnumFmtId="(\d+)"/.exec(tag)?.[1]));
  }
  const cellFormats = /<(?:\w+:)?cellXfs\b[^]*?<\/(?:\w+:)?cellXfs>/.exec(styles)?.[0] ?? '';
  const found = new Set<number>();
  let index = 0;
  for (const [tag] of cellFormats.matchAll(/<(?:\w+:)?xf\b[^>]*>/g)) {
    const format = Number(/\bnumFmtId="(\d+)"/.exec(tag)?.[1] ?? 0);
    if (DATE_FORMATS.has(format) || own.has(format)) found.add(index);
    index++;
  }
  return found;
}

function textOf(
  { type, isDate, value }: { type: string; isDate: boolean; value: string },
  texts: readonly string[],
): string {
  switch (type) {
    case 's':
      return withCharacters(texts[Number(value)] ?? '');
    case 'inlineStr':
    case 'str':
      return withCharacters(value);
    case 'b':
      return value === '1' ? 'true' : value === '' ? '' : 'false';
    case 'e':
      return '';
    case 'd':
      return value.slice(0, 10);
    default:
      return value === '' ? '' : (numberText(Number(value), isDate) ?? value);
  }
}

const DAY_MS = 24 * 60 * 60_000;
/** Day 0 of spreadsheets, which took 1900 for a leap year. */
const DAY_ZERO = Date.UTC(1899, 11, 30);

function numberText(number: number, isDate: boolean): string | null {
  if (!Number.isFinite(number)) return null;
  if (isDate) {
    const day = new Date(DAY_ZERO + Math.floor(number) * DAY_MS);
    return Number.isNaN(day.getTime()) ? null : day.toISOString().slice(0, 10);
  }
  // Numbers of phones come as 3.4600111222E10.
  return Number.isSafeInteger(number) ? BigInt(number).toString() : String(number);
}

/** Characters that XML cannot hold are written by number: `_x0007_`. */
const withCharacters = (text: string): string =>
  text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );

/** `AB12` → 27. */
function columnNumber(reference: string): number | undefined {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0];
  if (letters === undefined) return undefined;
  let number = 0;
  for (const letter of letters) number = number * 26 + letter.charCodeAt(0) - 64;
  return number - 1;
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

function* textOfFile(file: Uint8Array, name: string, maxBytes: number): Generator<string> {
  const decoder = new TextDecoder();
  for (const piece of unpacked(file, name, maxBytes)) yield decoder.decode(piece, { stream: true });
}

const whole = (file: Uint8Array, name: string): string =>
  [...textOfFile(file, name, SMALL)].join('');

function parse(parser: SaxesParser, text: string | null): void {
  try {
    if (text === null) parser.close();
    else parser.write(text);
  } catch (error) {
    if (error instanceof Error && error.name === 'AppError') throw error;
    throw refusedFile(
      'malformed-xlsx',
      'The workbook cannot be read: its sheet is damaged.',
      'Open it in a spreadsheet, save it again as .xlsx or .csv, and upload that.',
    );
  }
}

const tooManyColumns = (): Error =>
  refusedFile(
    'too-many-columns',
    `The sheet has over ${LIMITS.columns} columns.`,
    'Take the columns away that are not for contacts.',
  );

const rowTooLong = (line: number): Error =>
  refusedFile('row-too-long', `A cell of row ${line} is too long.`, 'Shorten it.', { line });
