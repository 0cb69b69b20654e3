import { now } from '../platform/clock';
import { commit, untilNoConflict } from '../platform/commit';
import { FAMILY_NAMES, keyOf } from './families';
import { Grid } from './grid';
import {
  endOf,
  floorTo,
  MINUTES_KEPT_MS,
  QUARTER_MS,
  QUARTERS_KEPT_MS,
  slotOf,
  startOf,
  startsOf,
  timeOfSlot,
  widthOf,
} from './levels';
import { bringUpToDate } from './minute';
import { isSampled, namedCounts } from './names';
import { addProjected, rollUp } from './rollUp';
import type { Level } from './schema';
import { factsOfSource } from './source';
import { metricWrites, readMetrics } from './store';

/** How far stored figures are from those that the source gives. */
export interface Comparison {
  /** The range, grown to quarters of an hour. */
  from: number;
  to: number;
  /** Counts (of a key, name and time) that were compared, on every level. */
  compared: number;
  /** The sum of their differences, without signs; 0: all are equal. */
  difference: number;
  /** Some of those that differ. */
  examples: { id: string; key: string; name: string; at: number; stored: number; source: number }[];
}

const MAX_EXAMPLES = 10;
/** A document of minutes is some kB; there are 96 a day. */
const MINUTES_TOGETHER = 200;

/**
 * Recomputes the figures of a range from the documents that they are of, and compares every count
 * on every level. Samples of queues have no source and are left out.
 *
 * @param repair writes what the source gives where it differs, and compares again
 */
export async function rebuild(
  range: { from: number; to: number },
  repair = false,
): Promise<Comparison> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- each takes 10,000 events
  while ((await bringUpToDate(now())).counted > 0);
  const from = floorTo(range.from, QUARTER_MS);
  const to = floorTo(range.to + QUARTER_MS - 1, QUARTER_MS);
  const source = await minutesOfSource(from, to);
  const before = await compare(source, from, to);
  if (!repair || before.difference === 0) return before;
  await write(source, from, to);
  await rollUp();
  return compare(source, from, to);
}

/** The minutes of a range, by the start of their quarter. */
type Minutes = Map<number, Grid>;

async function minutesOfSource(from: number, to: number): Promise<Minutes> {
  const minutes: Minutes = new Map();
  for await (const facts of factsOfSource(from, to)) {
    for (const fact of facts) {
      const start = startOf('minute', fact.at);
      const grid = minutes.get(start) ?? new Grid();
      for (const [name, count] of namedCounts(fact)) {
        grid.add(keyOf(fact), name, slotOf('minute', fact.at), count);
      }
      minutes.set(start, grid);
    }
  }
  return minutes;
}

async function compare(source: Minutes, from: number, to: number): Promise<Comparison> {
  const comparison: Comparison = { from, to, compared: 0, difference: 0, examples: [] };
  await compareMinutes(comparison, source);
  const kept = { hour: Math.max(from, now() - QUARTERS_KEPT_MS), day: from };
  for (const level of ['hour', 'day'] as const) {
    // eslint-disable-next-line recado/no-firestore-in-loops -- a document stands for half a month, or a year
    for (const start of startsOf(level, kept[level], to)) {
      await compareUpper(comparison, source, level, start);
    }
  }
  return comparison;
}

async function compareMinutes(comparison: Comparison, source: Minutes): Promise<void> {
  // Older ones are gone; what became of them is compared above.
  const first = Math.max(comparison.from, floorTo(now() - MINUTES_KEPT_MS, QUARTER_MS));
  const starts: number[] = [];
  for (let start = first; start < comparison.to; start += QUARTER_MS) starts.push(start);
  // eslint-disable-next-line recado/no-firestore-in-loops -- 200 documents at once
  for (let n = 0; n < starts.length; n += MINUTES_TOGETHER) {
    const some = starts.slice(n, n + MINUTES_TOGETHER);
    const stored = await readMetrics(some.map((start) => ({ level: 'minute', start })));
    for (const { id, start, grid } of stored) {
      compareGrids(comparison, { id, level: 'minute', start }, grid, source.get(start));
    }
  }
}

async function compareUpper(
  comparison: Comparison,
  source: Minutes,
  level: 'hour' | 'day',
  start: number,
): Promise<void> {
  const stored = await readMetrics(FAMILY_NAMES.map((family) => ({ level, start, family })));
  FAMILY_NAMES.forEach((family, n) => {
    const expected = new Grid();
    for (const [quarter, grid] of source) {
      // What is not over is not merged yet.
      if (startOf(level, quarter) === start && endOf('minute', quarter) <= now()) {
        addProjected(expected, slotOf(level, quarter), grid, family);
      }
    }
    const { id, grid } = stored[n] as { id: string; grid: Grid };
    compareGrids(comparison, { id, level, start }, grid, expected);
  });
}

function compareGrids(
  comparison: Comparison,
  { id, level, start }: { id: string; level: Level; start: number },
  stored: Grid,
  source: Grid = new Grid(),
): void {
  const counts = new Map<string, { stored: number; source: number }>();
  const take = (grid: Grid, side: 'stored' | 'source'): void => {
    for (const [key, name, slot, count] of grid.cells()) {
      if (isSampled(name) || !isWithin(comparison, level, timeOfSlot(level, start, slot))) continue;
      const cell = JSON.stringify([key, name, slot]);
      const pair = counts.get(cell) ?? { stored: 0, source: 0 };
      pair[side] += count;
      counts.set(cell, pair);
    }
  };
  take(stored, 'stored');
  take(source, 'source');
  for (const [cell, pair] of counts) {
    comparison.compared++;
    const difference = Math.abs(pair.stored - pair.source);
    comparison.difference += difference;
    if (difference === 0 || comparison.examples.length === MAX_EXAMPLES) continue;
    const [key, name, slot] = JSON.parse(cell) as [string, string, number];
    comparison.examples.push({ id, key, name, at: timeOfSlot(level, start, slot), ...pair });
  }
}

/** Days that lie only partly in the range have counts from outside of it. */
const isWithin = ({ from, to }: Comparison, level: Level, at: number): boolean =>
  at >= from && at + widthOf(level, at) <= to;

/** Sets the minutes of a range to what the source gives; samples of queues stay. */
async function write(source: Minutes, from: number, to: number): Promise<void> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- each on its version; repairing is rare
  for (let start = from; start < to; start += QUARTER_MS) {
    await untilNoConflict(() => writeMinutes(start, source.get(start)));
  }
}

async function writeMinutes(start: number, source: Grid = new Grid()): Promise<void> {
  const [stored] = await readMetrics([{ level: 'minute', start }]);
  if (!stored) return;
  const before = JSON.stringify(stored.grid.encode());
  for (const [key, name, slot, count] of [...stored.grid.cells()]) {
    if (!isSampled(name)) stored.grid.add(key, name, slot, -count);
  }
  for (const [key, name, slot, count] of source.cells()) stored.grid.add(key, name, slot, count);
  if (JSON.stringify(stored.grid.encode()) === before) return;
  await commit(metricWrites(stored, Math.max(now(), endOf('minute', start))));
}
