import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { differenceOf, NO_DIMENSIONS, type Fact } from './fact';

const fact = (event: Fact['event'], at: number, count = 1): Fact => ({
  ...NO_DIMENSIONS,
  event,
  at,
  count,
  value: null,
});

it('what was told differently is taken back', () => {
  expect(differenceOf([fact('read', 1)], [fact('read', 2), fact('sent', 1)])).toEqual([
    fact('read', 1, -1),
    fact('read', 2),
    fact('sent', 1),
  ]);
});

it('what stays the same is no difference', () => {
  expect(
    differenceOf([fact('read', 1), fact('sent', 1)], [fact('sent', 1), fact('read', 1)]),
  ).toEqual([]);
});

it('the differences of versions, in any order, add up to the last version', () => {
  const facts = fc.array(
    fc.record({ event: fc.constantFrom('sent', 'read', 'failed'), at: fc.nat(3) }),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(fc.array(facts, { minLength: 1 }), fc.infiniteStream(fc.nat()), (told, order) => {
      const versions = told.map((list) => list.map(({ event, at }) => fact(event as 'sent', at)));
      const differences = versions
        .map((version, n) => differenceOf(versions[n - 1] ?? [], version))
        .map((difference) => ({ difference, place: order.next().value as number }))
        .sort((a, b) => a.place - b.place)
        .flatMap(({ difference }) => difference);
      const sum = (list: Fact[]) => differenceOf(differenceOf([], list), versions.at(-1) as Fact[]);
      expect(sum(differences)).toEqual([]);
    }),
  );
});
