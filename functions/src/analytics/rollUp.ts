import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { FAMILY_NAMES, projected, type Family } from './families';
import type { Grid } from './grid';
import { slotOf, startOf, timeOfSlot } from './levels';
import { isSampled } from './names';
import { metricWrites, readDueMinutes, readMetrics, type Stored } from './store';

/** Quarters of an hour that are merged together. */
const PAGE = 12;
/** What is left is done by the next run. */
const MAX_PAGES = 50;

/**
 * Merges the minutes of quarters that are over, or changed later, into quarters and days. Each sum
 * is set to what its parts come to now, in one commit with the mark that it is done, so a run that
 * dies or overlaps another one changes nothing.
 *
 * @returns how many quarters were merged
 */
export async function rollUp(): Promise<number> {
  let merged = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- what is merged leaves the query before the next page is read
  for (let page = 0; page < MAX_PAGES; page++) {
    const due = await readDueMinutes(now(), PAGE);
    const halfMonths = Map.groupBy(due, ({ start }) => startOf('hour', start));
    // eslint-disable-next-line recado/no-firestore-in-loops -- one or two: documents hold half a month
    for (const minutes of halfMonths.values()) merged += await merge(minutes);
    if (due.length < PAGE) return merged;
  }
  return merged;
}

async function merge(minutes: readonly Stored[]): Promise<number> {
  const [{ start }] = minutes as [Stored];
  const families = FAMILY_NAMES.filter((family) => minutes.some((minute) => has(minute, family)));
  const read = await readMetrics(
    families.flatMap((family) => [
      { level: 'hour' as const, start: startOf('hour', start), family },
      { level: 'day' as const, start: startOf('day', start), family },
    ]),
  );
  families.forEach((family, n) => {
    const [quarters, days] = [read[2 * n], read[2 * n + 1]] as [Stored, Stored];
    for (const minute of minutes) setQuarter(quarters, minute, family);
    setDays(days, quarters, minutes);
  });
  try {
    await commit([
      ...read.flatMap((stored) => metricWrites(stored)),
      ...minutes.flatMap((minute) => metricWrites(minute, null)),
    ]);
    return minutes.length;
  } catch (error) {
    // Somebody else changed one of them; the next run sees what it came to.
    if (!isConflict(error)) throw error;
    return 0;
  }
}

/** What was merged before may have to be taken out again. */
const has = ({ grid, isMerged }: Stored, family: Family): boolean =>
  isMerged || [...grid.cells()].some(([key]) => projected(key, family) !== undefined);

function setQuarter({ grid }: Stored, minute: Stored, family: Family): void {
  const slot = slotOf('hour', minute.start);
  // Minutes that were rebuilt after their time have no samples any more.
  const hasSamples = [...minute.grid.cells()].some(([, name]) => isSampled(name));
  grid.clear(slot, (name) => hasSamples || !isSampled(name));
  addProjected(grid, slot, minute.grid, family);
}

/** Adds up all that a quarter's minutes count for a family. */
export function addProjected(target: Grid, slot: number, minutes: Grid, family: Family): void {
  for (const [key, name, , count] of minutes.cells()) {
    const inFamily = projected(key, family);
    if (inFamily !== undefined) target.add(inFamily, name, slot, count);
  }
}

function setDays(days: Stored, quarters: Stored, minutes: readonly Stored[]): void {
  const slots = new Set(minutes.map(({ start }) => slotOf('day', start)));
  for (const slot of slots) days.grid.clear(slot);
  for (const [key, name, quarter, count] of quarters.grid.cells()) {
    const slot = slotOf('day', timeOfSlot('hour', quarters.start, quarter));
    if (slots.has(slot)) days.grid.add(key, name, slot, count);
  }
}
