import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hashId } from '../../shared/ids';
import { People } from './people';

const idOf = (name: number): string => hashId('name', String(name));

/** Which rows are linked, worked out the slow way: by going from row to row until nothing is new. */
function linked(rows: readonly number[][], from: number): number[] {
  const found = new Set([from]);
  for (let before = 0; before !== found.size;) {
    before = found.size;
    for (const row of [...found]) {
      rows.forEach((names, other) => {
        if (names.some((name) => rows[row]?.includes(name))) found.add(other);
      });
    }
  }
  return [...found].sort((a, b) => a - b);
}

it('rows belong together exactly where names link them', () => {
  const anyRows = fc.array(fc.array(fc.nat(12), { maxLength: 3 }), { maxLength: 25 });
  fc.assert(
    fc.property(anyRows, (rows) => {
      const people = new People();
      for (const names of rows) expect(people.add(names.map(idOf), 1)).toBe(true);
      for (const row of rows.keys()) {
        const same = rows.flatMap((_, other) =>
          people.firstOf(other) === people.firstOf(row) ? [other] : [],
        );
        expect(same).toEqual(linked(rows, row));
        expect(people.firstOf(row)).toBe(same[0]);
        expect(people.sizeOf(row)).toEqual({ rows: same.length, characters: same.length });
      }
    }),
  );
});

it('of one person there is no more than can be merged at once; the rest stays by itself', () => {
  const people = new People();
  const taken = Array.from({ length: 1_500 }, () => people.add([idOf(1)], 10));
  expect(taken.filter(Boolean)).toHaveLength(1_000);
  expect(people.firstOf(999)).toBe(0);
  expect(people.firstOf(1_200)).toBe(1_200);
  // One that would link two people who are too much together.
  for (let row = 0; row < 600; row++) people.add([idOf(2)], 10);
  expect(people.add([idOf(1), idOf(2)], 10)).toBe(false);
  expect(people.add([idOf(3)], 2_000_000)).toBe(true);
  expect(people.add([idOf(3)], 10)).toBe(false);
});
