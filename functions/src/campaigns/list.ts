import { CsvError, parse } from 'csv-parse/sync';
import { AppError } from '../shared/errors';
import { toE164 } from '../shared/phone';
import { cut } from '../shared/text';
import { columnNamed, phoneColumnOf } from '../contacts/phoneColumn';
import type { InvalidRow, ListRow } from './schema';

/** A list as it can be sent to. */
export interface ParsedList {
  rows: ListRow[];
  /** The names of the columns but the number's, in the order of the rows' values. */
  columns: string[];
  /** Rows without a number, or with something that is none. */
  invalid: number;
  /** Rows with a number that an earlier row has. */
  duplicates: number;
  examples: InvalidRow[];
}

const MAX_ROWS = 50_000;
const MAX_COLUMNS = 200;
/** WhatsApp takes no longer values. */
const MAX_CELL_LENGTH = 1_024;
const MAX_EXAMPLES = 20;
const MAX_EXAMPLE_LENGTH = 60;

/** Reads numbers; those that come twice count once. */
export const parseNumbers = (numbers: string[]): ParsedList => ({
  columns: [],
  ...collect(numbers.map((number, index) => ({ line: index + 1, number, values: [] }))),
});

/**
 * Reads a CSV with a header row. What is wrong with the whole is refused; rows without a usable
 * number are counted and left out. Cells are cut to what WhatsApp takes.
 *
 * @param phoneColumn the column with the number; else the first one whose name says so
 */
export function parseCsv(csv: string, phoneColumn?: string): ParsedList {
  const [first, ...records] = recordsOf(csv);
  if (!first) throw refused('empty-csv', 'The CSV is empty.', 'Give a header row and the rows.');
  const header = first.cells.map((name) => name.trim());
  const phoneAt = placeOfPhone(header, phoneColumn);
  const kept = header.flatMap((name, index) => (name !== '' && index !== phoneAt ? [index] : []));
  const columns = kept.map((index) => header[index] as string);
  checkSize(header, records.length);
  checkNames(header);

  const rows = records.map(({ line, cells }) => {
    checkWidth(line, cells, header.length);
    const values = kept.map((index) => cut((cells[index] ?? '').trim(), MAX_CELL_LENGTH));
    return { line, number: cells[phoneAt] ?? '', values };
  });
  return { columns, ...collect(rows) };
}

interface RawRow {
  line: number;
  number: string;
  values: string[];
}

function collect(raw: RawRow[]): Omit<ParsedList, 'columns'> {
  const rows = new Map<string, ListRow>();
  const examples: InvalidRow[] = [];
  let invalid = 0;
  let duplicates = 0;
  for (const { line, number, values } of raw) {
    // Numbers that were copied from an address book are wrapped in marks of direction.
    const text = number.replace(/\p{Cf}/gu, '').trim();
    const phone = toE164(text);
    if (phone === null) {
      invalid++;
      const reason = text === '' ? 'no-number' : 'invalid-number';
      if (examples.length < MAX_EXAMPLES) {
        examples.push({ line, value: cut(text, MAX_EXAMPLE_LENGTH), reason });
      }
    } else if (rows.has(phone)) duplicates++;
    else rows.set(phone, { phone, values });
  }
  return { rows: [...rows.values()], invalid, duplicates, examples };
}

interface CsvRecord {
  /** Where the record ends. */
  line: number;
  cells: string[];
}

function recordsOf(csv: string): CsvRecord[] {
  // One kind of line break, or lines inside quotes would be counted twice.
  const text = csv.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  try {
    const records = parse(text, {
      delimiter: delimiterOf(text),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      to: MAX_ROWS + 2,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ line: info.lines, cells: record }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw refused(
      'malformed-csv',
      `The CSV cannot be read: ${error.message}.`,
      'Quote cells with delimiters, quotes or line breaks in them, and double the quotes inside.',
    );
  }
}

const DELIMITERS = [',', ';', '\t', '|'];

/** The one that the header row has most of, outside quotes. */
function delimiterOf(text: string): string {
  const header = (/\S.*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((most, other) => (count(other) > count(most) ? other : most));
}

function placeOfPhone(header: string[], phoneColumn: string | undefined): number {
  const index =
    phoneColumn === undefined ? phoneColumnOf(header) : columnNamed(header, phoneColumn);
  if (index >= 0) return index;
  if (header.some((cell) => toE164(cell) !== null)) {
    throw refused(
      'no-header',
      'The CSV has no header row.',
      'Begin with a row of column names, like "phone,name".',
    );
  }
  throw phoneColumn === undefined
    ? refused(
        'no-phone-column',
        'No column of the CSV says that it has the numbers.',
        `Call it "phone" or name it in "phoneColumn"; there are ${listed(header)}.`,
      )
    : refused(
        'unknown-column',
        `The CSV has no column "${phoneColumn}".`,
        `There are ${listed(header)}.`,
        'audience.phoneColumn',
      );
}

const listed = (names: string[]): string => cut(names.map((name) => `"${name}"`).join(', '), 500);

function checkSize(header: string[], rows: number): void {
  if (rows > MAX_ROWS) {
    throw refused(
      'too-many-rows',
      `The CSV has more than ${MAX_ROWS} rows.`,
      'Divide it among several campaigns, or import the contacts and choose them by a tag.',
    );
  }
  if (header.length > MAX_COLUMNS) {
    throw refused(
      'too-many-columns',
      `The CSV has ${header.length} columns; ${MAX_COLUMNS} are allowed.`,
      'Leave out those that no placeholder takes a value from.',
    );
  }
}

function checkNames(header: string[]): void {
  const twice = header.find((name, index) => name !== '' && header.indexOf(name) !== index);
  if (twice !== undefined) {
    throw refused(
      'duplicate-column',
      `The CSV has two columns "${twice}".`,
      'Give each column a name of its own.',
    );
  }
}

/** A cell too many means that the row's values are in the wrong columns. */
function checkWidth(line: number, cells: string[], width: number): void {
  if (cells.length <= width || cells.slice(width).every((cell) => cell.trim() === '')) return;
  throw refused(
    'too-many-cells',
    `Line ${line} of the CSV has ${cells.length} cells, the header row ${width}.`,
    'Quote cells that have the delimiter in them.',
  );
}

const refused = (reason: string, message: string, hint: string, field = 'audience.csv'): AppError =>
  new AppError('invalid-argument', message, { details: { reason, field, hint } });
