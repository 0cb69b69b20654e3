import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify/sync';
import { fileWrite, placeOf } from '../../files/keep';
import type { WriteOp } from '../../platform/commit';
import { storage } from '../../platform/storage';
import { mapConcurrently } from '../../shared/async';
import { neutralised, restored } from '../../shared/spreadsheetCell';
import type { Rejection, Row } from './schema';

const pathOf = (jobId: string, n: number): string => placeOf('import', `${jobId}.rejected.${n}`);

const csv = (rows: readonly string[][]): string =>
  stringify(
    rows.map((cells) => cells.map(neutralised)),
    { quoted_match: /[\r\n]/ },
  );

/** Keeps the rejected rows of a slice, with their cells as they were. Written again it is the same. */
export async function keepRejected(
  jobId: string,
  n: number,
  rejections: readonly Rejection[],
  rows: readonly Row[],
): Promise<void> {
  const byLine = new Map(rows.map((row) => [row.line, row.cells]));
  const text = csv(
    rejections.map(({ line, column, reason }) => [
      String(line),
      column,
      reason,
      ...(byLine.get(line) ?? []).map(restored),
    ]),
  );
  await storage().write(pathOf(jobId, n), Readable.from([text]));
}

const fileIdOf = (jobId: string): string => `${jobId}-rejected`;

/** Puts the rejected rows into one file: line, column, reason, and the row's own cells. */
export async function rejectedFile(
  { jobId, createdBy }: { jobId: string; createdBy: string },
  header: readonly string[],
  slices: readonly number[],
): Promise<{ fileId: string; write: WriteOp }> {
  const fileId = fileIdOf(jobId);
  const contentType = 'text/csv; charset=utf-8';
  const bytes = await storage().write(placeOf('import', fileId), content(), { contentType });
  async function* content(): AsyncGenerator<string | Uint8Array> {
    yield `\uFEFF${csv([['line', 'column', 'reason', ...header]])}`;
    for (const n of slices) {
      yield* (await storage().read(pathOf(jobId, n))) as AsyncIterable<Uint8Array>;
    }
  }
  const name = 'rejected-rows.csv';
  return {
    fileId,
    write: fileWrite({ id: fileId, name, contentType, purpose: 'import', createdBy }, bytes),
  };
}

export async function removeRejected(jobId: string, slices: readonly number[]): Promise<void> {
  await mapConcurrently(slices, 10, (n) => storage().remove(pathOf(jobId, n)));
}

/** For a job that ends before it tells of the file. */
export const removeRejectedFile = (jobId: string): Promise<void> =>
  storage().remove(placeOf('import', fileIdOf(jobId)));
