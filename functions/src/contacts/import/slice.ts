import { findAliases, type FoundAlias } from '../aliases';
import { aliasesOf } from '../rules';
import { readRow, type Entry, type Reading } from './entry';
import { ownerProblem } from './owners';
import type { Rejection, Row } from './schema';

/** Rows of one commit: each is a contact, its aliases, and what it is found by. */
const SLICE = { rows: 500, characters: 300_000 };

/** Some rows of a part, and who is stored of those they are about. */
export interface Slice {
  rows: Row[];
  entries: { entry: Entry; found: FoundAlias[] }[];
  rejections: Rejection[];
}

/** The rows that make one slice, from an offset of a part on. */
export function rowsAt(part: readonly Row[], offset: number): Row[] {
  const rows: Row[] = [];
  let characters = 0;
  for (const row of part.slice(offset, offset + SLICE.rows)) {
    characters += row.cells.reduce((sum, cell) => sum + cell.length, 0);
    if (rows.length > 0 && characters > SLICE.characters) break;
    rows.push(row);
  }
  return rows;
}

/** Reads rows and looks up their people: two round trips, a read an alias and a contact. */
export async function lookUp(rows: Row[], reading: Reading): Promise<Slice> {
  const rejections: Rejection[] = [];
  const entries: Entry[] = [];
  for (const row of rows) {
    const read = readRow(row, reading);
    if ('reason' in read) rejections.push(read);
    else entries.push(read);
  }
  const problems = await ownerProblem(entries, reading);
  rejections.push(...problems.values());
  const taken = entries.filter(({ line }) => !problems.has(line));
  return { rows, entries: await withFound(taken), rejections };
}

async function withFound(entries: Entry[]): Promise<Slice['entries']> {
  const wanted = entries.map(({ identity }) => aliasesOf(identity));
  const unique = [...new Map(wanted.flat().map((alias) => [alias.id, alias])).values()];
  const found = new Map((await findAliases(unique)).map((alias) => [alias.id, alias]));
  return entries.map((entry, index) => ({
    entry,
    found: (wanted[index] ?? []).map(({ id }) => found.get(id) as FoundAlias),
  }));
}

/** The same slice, with those looked up again whom a write since may have changed. */
export async function refreshed(slice: Slice, touched: ReadonlySet<string>): Promise<Slice> {
  const isStale = ({ found }: Slice['entries'][number]): boolean =>
    found.some(({ id, owner }) => touched.has(id) || (owner && touched.has(owner.id)));
  const stale = slice.entries.filter(isStale);
  if (stale.length === 0) return slice;
  const again = await withFound(stale.map(({ entry }) => entry));
  const byLine = new Map(again.map((item) => [item.entry.line, item]));
  return { ...slice, entries: slice.entries.map((item) => byLine.get(item.entry.line) ?? item) };
}
