import type { Readable } from 'node:stream';
import { storage } from '../../platform/storage';
import { csvRows, delimiterOf, headOf } from './csv';
import { refusedFile } from './refused';
import type { Row } from './schema';
import { decoded, encodingOf, type Encoding } from './text';
import { isWorkbook, xlsxRows } from './xlsx';

/** How a file has to be read. */
export type Format = { kind: 'xlsx' } | { kind: 'csv'; encoding: Encoding };

const open = (path: string): Promise<Readable> => storage().read(path);

/**
 * What kind of file it is: by its bytes, whatever it is called.
 *
 * @param maxBytes look no further than about that for the encoding
 */
export async function formatOf(path: string, maxBytes?: number): Promise<Format> {
  const content = await open(path);
  let head = Buffer.alloc(0);
  for await (const piece of content as AsyncIterable<Buffer>) {
    head = Buffer.concat([head, piece]);
    if (head.length >= 8) break;
  }
  content.destroy();
  if (isWorkbook(head)) return { kind: 'xlsx' };
  // The old binary format of spreadsheets, also a workbook with a password.
  if (head.subarray(0, 4).toString('hex') === 'd0cf11e0') {
    throw refusedFile(
      'old-workbook',
      'The file is a workbook of the old .xls format, or has a password.',
      'Save it as .xlsx without a password, or as .csv, and upload that.',
    );
  }
  return { kind: 'csv', encoding: await encodingOf(await open(path), maxBytes) };
}

/** The delimiter of a CSV. */
export async function delimiterOfFile(path: string, encoding: Encoding): Promise<string> {
  const { head, pieces } = await headOf(decoded(await open(path), encoding));
  await pieces.return?.();
  return delimiterOf(head);
}

/** The rows of a file, the header first, one at a time. */
export async function* rowsOf(path: string, format: Format): AsyncGenerator<Row> {
  if (format.kind === 'csv') {
    yield* csvRows(decoded(await open(path), format.encoding));
    return;
  }
  const pieces: Buffer[] = [];
  // The directory of an archive is at its end; uploads are small enough to be held whole.
  for await (const piece of (await open(path)) as AsyncIterable<Buffer>) pieces.push(piece);
  yield* xlsxRows(Buffer.concat(pieces));
}
