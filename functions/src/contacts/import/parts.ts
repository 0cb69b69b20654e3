import { Readable } from 'node:stream';
import { placeOf } from '../../files/keep';
import { storage } from '../../platform/storage';
import { mapConcurrently } from '../../shared/async';
import { People } from './people';
import type { Judged } from './judge';

/** Rows of a part; less where they are long. A part is in memory as a whole. */
const PART = { rows: 5_000, characters: 4_000_000 };
/** Rows on their way to other parts are in memory until they are this long. */
const MAX_MOVING = 8_000_000;

/** How many files each part of an import has. */
export type Parts = number[];

const pathOf = (jobId: string, part: number, file: number): string =>
  placeOf('import', `${jobId}.${part}.${file}`);

/**
 * Divides rows into parts, so that each part has all rows about a person and can be dealt with by
 * itself. Rows stay where they are in the file but for those of people who are in several parts:
 * these go to the first one, or to a part of their own. Done again it writes the same.
 */
export async function divide(
  jobId: string,
  rows: AsyncIterable<Judged>,
  aliasesOf: (row: Judged) => string[],
): Promise<{ parts: Parts; rows: number }> {
  const people = new People();
  const places: Places = { starts: [], count: 0 };
  let lines: string[] = [];
  let characters = 0;
  const write = async (): Promise<void> => {
    const part = places.starts.push(places.count - lines.length) - 1;
    await writeLines(jobId, part, 0, lines);
    lines = [];
    characters = 0;
  };
  for await (const row of rows) {
    const line = lineOf(row);
    const isTooMuch = !people.add(aliasesOf(row), line.length);
    lines.push(isTooMuch ? lineOf(repeatedTooOften(row)) : line);
    places.count++;
    characters += line.length;
    if (lines.length >= PART.rows || characters >= PART.characters) await write();
  }
  if (lines.length > 0) await write();
  return { parts: await gather(jobId, places, people), rows: places.count };
}

const repeatedTooOften = ({ row }: Judged): Judged => ({
  row,
  said: { line: row.line, column: '', reason: 'repeated-too-often' },
});

/** Where rows are, by their numbers. */
interface Places {
  /** The first row of each part. */
  starts: number[];
  count: number;
}

/** Moves the rows of people who are in several parts to one. */
async function gather(jobId: string, places: Places, people: People): Promise<Parts> {
  const { targets, parts } = targetsOf(places, people);
  const files: Parts = Array.from({ length: parts }, (_, part) =>
    part < places.starts.length ? 1 : 0,
  );
  const moving = new Map<number, string[]>();
  let characters = 0;
  const flush = async (): Promise<void> => {
    for (const [part, lines] of moving) {
      const file = files[part] as number;
      await writeLines(jobId, part, file, lines);
      files[part] = file + 1;
    }
    moving.clear();
    characters = 0;
  };
  for (const [part, start] of places.starts.entries()) {
    const end = places.starts[part + 1] ?? places.count;
    if (!targets.slice(start, end).some((target) => target !== part)) continue;
    const staying: string[] = [];
    for (const [index, line] of (await readLines(jobId, part, [0])).entries()) {
      const target = targets[start + index] as number;
      if (target === part) staying.push(line);
      else {
        addTo(moving, target, line);
        characters += line.length;
      }
    }
    await writeLines(jobId, part, 0, staying);
    if (characters > MAX_MOVING) await flush();
  }
  await flush();
  return files;
}

/** The part in which each row is to be; parts behind the last one are for whom no other has room. */
function targetsOf(
  { starts, count }: Places,
  people: People,
): { targets: number[]; parts: number } {
  const own = starts.flatMap((start, part) =>
    new Array<number>((starts[part + 1] ?? count) - start).fill(part),
  );
  const spread = new Set<number>();
  for (let row = 0; row < count; row++) {
    const first = people.firstOf(row);
    if (own[first] !== own[row]) spread.add(first);
  }
  const added = starts.map(() => ({ rows: 0, characters: 0 }));
  const home = new Map<number, number>();
  for (const first of spread) {
    const size = people.sizeOf(first);
    const hasRoom = (part: number): boolean => {
      const { rows, characters } = added[part] as { rows: number; characters: number };
      return rows + size.rows <= PART.rows && characters + size.characters <= PART.characters;
    };
    let part = own[first] as number;
    if (!hasRoom(part)) part = added.length - 1;
    if (!hasRoom(part)) part = added.push({ rows: 0, characters: 0 }) - 1;
    const load = added[part] as { rows: number; characters: number };
    load.rows += size.rows;
    load.characters += size.characters;
    home.set(first, part);
  }
  const targets = own.map((part, row) => home.get(people.firstOf(row)) ?? part);
  return { targets, parts: added.length };
}

/** The rows of a part in the order of the file, those about one person together. */
export async function readPart(
  jobId: string,
  part: number,
  files: number,
  aliasesOf: (row: Judged) => string[],
): Promise<Judged[][]> {
  const lines = await readLines(jobId, part, [...Array(files).keys()]);
  const rows = lines
    .map((line) => JSON.parse(line) as Judged)
    .sort((a, b) => a.row.line - b.row.line);
  const people = new People();
  const groups = new Map<number, Judged[]>();
  for (const [index, row] of rows.entries()) {
    people.add(aliasesOf(row), 0);
    const first = people.firstOf(index);
    addTo(groups, first, row);
  }
  return [...groups.values()];
}

export async function removeParts(jobId: string, parts: Parts): Promise<void> {
  const all = parts.flatMap((files, part) =>
    Array.from({ length: files }, (_, file) => pathOf(jobId, part, file)),
  );
  await mapConcurrently(all, 10, (path) => storage().remove(path));
}

function addTo<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

const lineOf = (row: Judged): string => JSON.stringify(row);

async function writeLines(
  jobId: string,
  part: number,
  file: number,
  lines: readonly string[],
): Promise<void> {
  await storage().write(pathOf(jobId, part, file), Readable.from([lines.join('\n')]));
}

async function readLines(jobId: string, part: number, files: readonly number[]): Promise<string[]> {
  const lines: string[] = [];
  for (const file of files) {
    const pieces: Buffer[] = [];
    const content = (await storage().read(pathOf(jobId, part, file))) as AsyncIterable<Buffer>;
    for await (const piece of content) pieces.push(piece);
    lines.push(...Buffer.concat(pieces).toString('utf8').split('\n').filter(Boolean));
  }
  return lines;
}
