import { createReadStream } from 'node:fs';
import { readSnapshot } from './read.ts';

/** How many objects there are, and the bytes that they take themselves. */
export interface Amount {
  count: number;
  size: number;
}

/** A snapshot's objects, counted. */
export interface Tally {
  /** By constructor; what is no object in the language's sense is in parentheses, by kind. */
  byConstructor: Map<string, Amount>;
  /** Those of them whose ids are in the range. */
  inRange: Map<string, Amount>;
  total: Amount;
  /** Later objects have greater ids. */
  lastId: number;
}

/** Ids above the first and up to the second. */
export type Range = readonly [after: number, upTo: number];
const NONE: Range = [Infinity, Infinity];

/** V8 numbers the heap's own objects oddly, in the order in which it saw them; others evenly. */
export const isInRange = (id: number, [after, upTo]: Range): boolean =>
  id % 2 === 1 && id > after && id <= upTo;

/** Objects of these types have a constructor. */
const NAMED = new Set(['object', 'native']);
const KINDS: Record<string, string> = {
  'concatenated string': '(string)',
  'sliced string': '(string)',
  code: '(compiled code)',
  hidden: '(system)',
};
export const kindOf = (type: string): string => KINDS[type] ?? `(${type})`;

/** The pieces of a snapshot's file. */
export const piecesOf = (file: string): AsyncIterable<Buffer> =>
  createReadStream(file, { highWaterMark: 1 << 20 });

/** Counts the objects of a snapshot by constructor. */
export async function tally(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  range = NONE,
): Promise<Tally> {
  let types: readonly string[] = [];
  // By the number of the name's string, or for kinds by the type's, made negative.
  const all = new Map<number, Amount>();
  const some = new Map<number, Amount>();
  const total = { count: 0, size: 0 };
  let lastId = 0;
  const strings = await readSnapshot(pieces, {
    header: ({ meta }) => (types = meta.node_types[0]),
    node(type, name, id, size) {
      const typeName = types[type] ?? '';
      if (typeName === 'synthetic') return;
      const key = NAMED.has(typeName) ? name : -1 - type;
      add(all, key, size);
      if (isInRange(id, range)) add(some, key, size);
      total.count++;
      total.size += size;
      if (id % 2 === 1 && id > lastId) lastId = id;
    },
    wanted: () => new Set([...all.keys()].filter((key) => key >= 0)),
  });
  const named = (amounts: ReadonlyMap<number, Amount>): Map<string, Amount> => {
    const result = new Map<string, Amount>();
    for (const [key, { count, size }] of amounts) {
      const name = key < 0 ? kindOf(types[-1 - key] ?? '') : (strings.get(key) ?? '');
      add(result, name, size, count);
    }
    return result;
  };
  return { byConstructor: named(all), inRange: named(some), total, lastId };
}

function add<Key>(amounts: Map<Key, Amount>, key: Key, size: number, count = 1): void {
  const amount = amounts.get(key);
  if (amount) {
    amount.count += count;
    amount.size += size;
  } else {
    amounts.set(key, { count, size });
  }
}
