import { restored } from '../../shared/spreadsheetCell';
import { aliasIds } from '../rules';
import { readRow, type Entry, type Reading } from './entry';
import { ownerProblem } from './owners';
import { emptyFile } from './preview';
import { refusedFile } from './refused';
import { LIMITS, type Rejection, type Row } from './schema';

/** A row with what it says, or why it is not taken. */
export interface Judged {
  row: Row;
  said: Entry | Rejection;
}

/** Those that a row names; none where it is not taken. */
export const aliasesOfRow = ({ said }: Judged): string[] =>
  'reason' in said ? [] : aliasIds(said.identity);

/** The names of a file's columns: its first row. */
export async function headerOf(rows: AsyncIterator<Row>): Promise<string[]> {
  const first = await rows.next();
  if (first.done) throw emptyFile();
  return first.value.cells.map((name) => restored(name).trim());
}

/** Reads rows one at a time: each says something of a person, or has a mistake. */
export async function* judged(rows: AsyncIterable<Row>, reading: Reading): AsyncGenerator<Judged> {
  let count = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a few members, who are cached
  for await (const row of rows) {
    if (++count > LIMITS.rows) throw tooManyRows();
    const said = readRow(row, reading);
    const problem = 'reason' in said ? null : await ownerProblem(said, reading);
    yield { row, said: problem ?? said };
  }
}

const tooManyRows = (): Error =>
  refusedFile(
    'too-many-rows',
    `The file has over ${LIMITS.rows} rows.`,
    'Divide it and import the parts one after the other.',
  );
