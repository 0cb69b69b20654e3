import type { z } from 'zod';
import { fileOf } from '../../files/fetch';
import { restored } from '../../shared/spreadsheetCell';
import { cut } from '../../shared/text';
import type { Member } from '../../team/schema';
import { attributeDefinitions } from '../attributes';
import { nameOf, suggestedColumns } from './mapping';
import { refusedFile } from './refused';
import type { importPreviewInput, Row } from './schema';
import { delimiterOfFile, formatOf, rowsOf, type Format } from './source';

/** A column of a file, and what it is most likely about. */
interface PreviewColumn {
  header: string;
  /** As a mapping names it; null: nothing that is imported. */
  suggested: string | null;
  samples: string[];
}

export interface Preview {
  format: Format['kind'];
  /** Of a CSV, as far as its head tells. */
  encoding: string | null;
  delimiter: string | null;
  columns: PreviewColumn[];
}

const HEAD_BYTES = 256 * 1024;
const ROWS = 10;
const COLUMNS = 500;
const SAMPLE = 80;

/** Looks at the first rows of an upload: its columns, and what they could be mapped to. */
export async function previewImport(
  member: Member,
  { fileId }: z.output<typeof importPreviewInput>,
): Promise<Preview> {
  const file = await fileOf(member, fileId);
  const format = await formatOf(file.path, HEAD_BYTES);
  const rows: Row[] = [];
  for await (const row of rowsOf(file.path, format)) {
    rows.push(row);
    if (rows.length > ROWS) break;
  }
  const [header, ...samples] = rows;
  if (!header) throw emptyFile();
  const names = header.cells.slice(0, COLUMNS).map((name) => cut(restored(name).trim(), 200));
  const suggested = suggestedColumns(names, await attributeDefinitions());
  return {
    format: format.kind,
    encoding: format.kind === 'csv' ? format.encoding : null,
    delimiter: format.kind === 'csv' ? await delimiterOfFile(file.path, format.encoding) : null,
    columns: names.map((name, index) => {
      const column = suggested[index];
      return {
        header: name,
        suggested: column ? nameOf(column) : null,
        samples: samples.map(({ cells }) => cut(restored(cells[index] ?? ''), SAMPLE)),
      };
    }),
  };
}

export const emptyFile = (): Error =>
  refusedFile('empty-file', 'The file has no rows.', 'Its first row has to name the columns.');
