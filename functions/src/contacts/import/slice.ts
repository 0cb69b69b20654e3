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

/**
 * Takes it that rows are about nobody who is stored, which costs nothing: what is planned on it
 * demands that, and fails as a whole where it is wrong.
 */
export function presumeNew(people: readonly Judged[][]): Slice {
  const slice: Slice = { people: people.length, rows: [], entries: [], rejections: [] };
  for (const { row, said } of people.flat()) {
    slice.rows.push(row);
    if ('reason' in said) slice.rejections.push(said);
    else slice.entries.push({ entry: said, found: aliasesOf(said.identity).map(nobodys) });
  }
  return slice;
}

const nobodys = ({ kind, id }: Pick<FoundAlias, 'kind' | 'id'>): FoundAlias => ({
  kind,
  id,
  alias: { id, data: undefined, version: undefined },
  owner: undefined,
});

/** Looks up whom rows are about: two round trips, a read an alias and a contact. */
export async function lookUp(people: readonly Judged[][]): Promise<Slice> {
  const slice = presumeNew(people);
  return { ...slice, entries: await lookedUp(slice.entries) };
}

async function lookedUp(entries: Slice['entries']): Promise<Slice['entries']> {
  const wanted = new Map(entries.flatMap(({ found }) => found.map((alias) => [alias.id, alias])));
  const stored = await findAliases([...wanted.values()]);
  const byId = new Map(stored.map((alias) => [alias.id, alias]));
  return entries.map(({ entry, found }) => ({
    entry,
    found: found.map(({ id }) => byId.get(id) as FoundAlias),
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
  const again = new Map((await lookedUp(stale)).map((item) => [item.entry.line, item]));
  return { ...slice, entries: slice.entries.map((item) => again.get(item.entry.line) ?? item) };
}
