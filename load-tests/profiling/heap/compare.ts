import type { Amount, Tally } from './tally.ts';

/** What became of a constructor's objects over three snapshots. */
export interface Growth {
  name: string;
  /** In each snapshot. */
  counts: readonly [number, number, number];
  /** Came into being between the first two, and were still held at the third. */
  kept: Amount;
  /** It looks like a leak. */
  isSuspect: boolean;
}

/** Fewer are noise: the inspector's own, a connection, a cache that fills up. */
const LEAST_KEPT = 20;
/** A step that is smaller than this share of the other one is a warm-up that levels off. */
const STEADY = 0.25;
/** Of what the first step added, a leak keeps all; requests that happen to be under way, nothing. */
const LEAST_SHARE = 0.5;
/** The engine makes these by itself, whenever it compiles and optimises. */
const ENGINES_OWN = new Set(['(compiled code)', '(system)', '(object shape)', '(number)']);

/** Three snapshots of one process, garbage collected before each; the third counts by range. */
export type Snapshots = readonly [
  Pick<Tally, 'byConstructor'>,
  Pick<Tally, 'byConstructor'>,
  Pick<Tally, 'byConstructor' | 'inRange'>,
];

/**
 * What grew in both steps, by the bytes that were kept; suspects first. A leak keeps what one step
 * made and grows by as much in the next one; a warm-up levels off. Pure.
 */
export function compare([first, second, third]: Snapshots): Growth[] {
  const names = new Set([...second.byConstructor.keys(), ...third.byConstructor.keys()]);
  return [...names]
    .map((name) => {
      const counts = [first, second, third].map(
        ({ byConstructor }) => byConstructor.get(name)?.count ?? 0,
      ) as [number, number, number];
      const kept = third.inRange.get(name) ?? { count: 0, size: 0 };
      return { name, counts, kept, isSuspect: isSuspect(name, counts, kept) };
    })
    .filter(({ counts: [a, b, c] }) => a < b && b < c)
    .sort((a, b) => Number(b.isSuspect) - Number(a.isSuspect) || b.kept.size - a.kept.size);
}

function isSuspect(name: string, [a, b, c]: Growth['counts'], { count }: Amount): boolean {
  const steps = [b - a, c - b].sort((x, y) => x - y) as [number, number];
  return (
    !ENGINES_OWN.has(name) &&
    count >= LEAST_KEPT &&
    count >= LEAST_SHARE * (b - a) &&
    steps[0] >= LEAST_KEPT &&
    steps[0] >= STEADY * steps[1]
  );
}
