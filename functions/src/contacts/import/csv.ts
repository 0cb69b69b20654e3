import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { refusedFile } from './refused';
import { LIMITS, type Row } from './schema';

const DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter that the first row has most of, outside quotes. */
export function delimiterOf(head: string): string {
  const unquoted = head.replace(/"(?:[^"]|"")*"/g, '').replace(/"[^]*$/, '');
  const header = /\S[^\r\n]*/.exec(unquoted)?.[0] ?? '';
  const count = (delimiter: string): number => header.split(delimiter).length;
  return DELIMITERS.reduce((most, other) => (count(other) > count(most) ? other : most));
}

/** A header longer than this is not looked at to find the delimiter. */
const HEAD = 64 * 1024;

/**
 * The rows of a CSV, the header first, one at a time. Rows without any text are left out; the line
 * is the one where a row begins.
 *
 * @throws AppError `invalid-argument` where the file is no CSV, with the line
 */
export async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<Row> {
  const { head, pieces } = await headOf(text);
  const source = Readable.from(inOneKind(withHead(head, pieces)));
  const records = source.pipe(
    parse({
      delimiter: delimiterOf(head),
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: LIMITS.row,
    }),
  );
  // An error of the source would leave the parser waiting.
  source.on('error', (error) => records.destroy(error));
  try {
    for await (const { record, info } of records as AsyncIterable<CsvRecord>) {
      const breaks = record.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0);
      yield { line: info.lines - breaks, cells: record };
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error) : error;
  } finally {
    source.destroy();
    records.destroy();
    // Closes the file, also where it was not read to its end.
    await pieces.return?.();
  }
}

/** The beginning of a text, and what follows it. */
export async function headOf(
  text: AsyncIterable<string>,
): Promise<{ head: string; pieces: AsyncIterator<string> }> {
  const pieces = text[Symbol.asyncIterator]();
  let head = '';
  while (head.length < HEAD) {
    const next = await pieces.next();
    if (next.done) break;
    head += next.value;
  }
  return { head, pieces };
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

async function* withHead(head: string, pieces: AsyncIterator<string>): AsyncGenerator<string> {
  yield head;
  for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
}

/** One kind of line break, or lines inside quotes would be counted twice. */
async function* inOneKind(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let endsWithCr = false;
  for await (const piece of pieces) {
    const text = endsWithCr && piece.startsWith('\n') ? piece.slice(1) : piece;
    endsWithCr = piece.endsWith('\r');
    yield text.replace(/\r\n?/g, '\n');
  }
}

function malformed(error: CsvError): Error {
  const line = typeof error['lines'] === 'number' ? error['lines'] : undefined;
  const at = line === undefined ? '' : ` near line ${line}`;
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    return refusedFile(
      'row-too-long',
      `A row${at} has over ${LIMITS.row} bytes.`,
      'A quote that is not closed makes one row of all that follows; else shorten the cells.',
      { line },
    );
  }
  return refusedFile(
    'malformed-csv',
    `The CSV cannot be read${at} (${error.code}).`,
    'Quote cells with delimiters, quotes or line breaks in them, and double the quotes inside.',
    { line },
  );
}
