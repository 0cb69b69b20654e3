import { findAliases, type FoundAlias } from '../aliases';
import { aliasesOf } from '../rules';
import type { Entry } from './entry';
import type { Judged } from './judge';
import type { Rejection, Row } from './schema';

/** Rows of one commit: each is a contact, its aliases, and what it is found by. */
const SLICE = { rows: 1_000, characters: 300_000 };

/** The rows about some people, and who is stored of them. */
export interface Slice {
  /** How many people of the part. */
  people: number;
  rows: Row[];
  entries: { entry: Entry; found: FoundAlias[] }[];
  rejections: Rejection[];
}

/** The people of a part who make one slice, from an offset on, each with all of their rows. */
export function peopleAt(part: readonly Judged[][], offset: number): Judged[][] {
  const people: Judged[][] = [];
  let rows = 0;
  let characters = 0;
  for (let at = offset; at < part.length; at++) {
    const person = part[at] as Judged[];
    rows += person.length;
    characters += person.reduce((sum, { row }) => sum + lengthOf(row), 0);
    const isFull = rows > SLICE.rows || characters > SLICE.characters;
    if (people.length > 0 && isFull) break;
    people.push(person);
  }
  return people;
}

const lengthOf = ({ cells }: Row): number => cells.reduce((sum, cell) => sum + cell.length, 0);

/** Looks up whom rows are about: two round trips, a read an alias and a contact. */
export async function lookUp(people: Judged[][]): Promise<Slice> {
  const rejections: Rejection[] = [];
  const entries: Entry[] = [];
  for (const { said } of people.flat()) {
    if ('reason' in said) rejections.push(said);
    else entries.push(said);
  }
  return {
    people: people.length,
    rows: people.flat().map(({ row }) => row),
    entries: await withFound(entries),
    rejections,
  };
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

/**
 * The same slice, with those looked up again whom a write since may have changed.
 *
 * @param written settles when those writes are there to be read
 */
export async function refreshed(
  slice: Slice,
  touched: readonly ReadonlySet<string>[],
  written: Promise<void>,
): Promise<Slice> {
  const isTouched = (id: string): boolean => touched.some((ids) => ids.has(id));
  const stale = slice.entries.filter(({ found }) =>
    found.some(({ id, owner }) => isTouched(id) || (owner && isTouched(owner.id))),
  );
  if (stale.length === 0) return slice;
  await written;
  const again = await withFound(stale.map(({ entry }) => entry));
  const byLine = new Map(again.map((item) => [item.entry.line, item]));
  return { ...slice, entries: slice.entries.map((item) => byLine.get(item.entry.line) ?? item) };
}
