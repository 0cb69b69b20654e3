import { Readable } from 'node:stream';
import { placeOf } from '../../files/keep';
import { storage } from '../../platform/storage';
import { mapConcurrently } from '../../shared/async';
import { restored } from '../../shared/spreadsheetCell';
import { emptyFile } from './preview';
import { refusedFile } from './refused';
import { LIMITS, type Row } from './schema';
import { rowsOf, type Format } from './source';

/** Rows of a part; less where they are long. A part is in memory as a whole. */
const PART = { rows: 5_000, characters: 4_000_000 };

const pathOf = (jobId: string, n: number): string => placeOf('import', `${jobId}.${n}`);

/**
 * Reads a whole file into parts, so that later steps can begin anywhere, and finds whatever makes
 * the file unreadable before the first contact is written. Done again it writes the same.
 */
export async function divide(
  jobId: string,
  path: string,
  format: Format,
): Promise<{ header: string[]; parts: number; rows: number }> {
  let header: string[] | undefined;
  let part: string[] = [];
  let characters = 0;
  let parts = 0;
  let rows = 0;
  const write = async (): Promise<void> => {
    if (part.length === 0) return;
    await storage().write(pathOf(jobId, parts++), Readable.from([part.join('')]));
    part = [];
    characters = 0;
  };
  for await (const row of rowsOf(path, format)) {
    if (!header) {
      header = row.cells.map((name) => restored(name).trim());
      continue;
    }
    if (++rows > LIMITS.rows) throw tooManyRows();
    const line = `${JSON.stringify([row.line, ...row.cells])}\n`;
    part.push(line);
    characters += line.length;
    if (part.length >= PART.rows || characters >= PART.characters) await write();
  }
  if (!header) throw emptyFile();
  await write();
  return { header, parts, rows };
}

/** The rows of a part. */
export async function readPart(jobId: string, n: number): Promise<Row[]> {
  const pieces: Buffer[] = [];
  const content = (await storage().read(pathOf(jobId, n))) as AsyncIterable<Buffer>;
  for await (const piece of content) pieces.push(piece);
  const lines = Buffer.concat(pieces).toString('utf8').split('\n').filter(Boolean);
  return lines.map((text) => {
    const [line, ...cells] = JSON.parse(text) as [number, ...string[]];
    return { line, cells };
  });
}

export async function removeParts(jobId: string, parts: number): Promise<void> {
  const numbers = Array.from({ length: parts }, (_, n) => n);
  await mapConcurrently(numbers, 10, (n) => storage().remove(pathOf(jobId, n)));
}

const tooManyRows = (): Error =>
  refusedFile(
    'too-many-rows',
    `The file has over ${LIMITS.rows} rows.`,
    'Divide it and import the parts one after the other.',
  );
