import { FAMILIES, projected, valuesOf, type Family } from './families';
import { timeOfSlot } from './levels';
import type { GetInput, Group } from './schema';
import type { Stored } from './store';
import type { Sums } from './summary';

/** Counts by period (its number) and value of the group; null: not grouped, or it does not apply. */
export type Collected = Map<number, Map<string | null, Sums>>;

/** What is asked for of the cells. */
export type Wanted = Pick<GetInput, 'group' | 'where'> & { family: Family | undefined };

/** Of these, only what has one is counted. */
const SUBJECTS: readonly Group[] = ['campaignId', 'agentId', 'link'];

/** Adds up the cells of documents that lie in periods and are asked for. */
export function collect(
  documents: readonly Stored[],
  bounds: readonly number[],
  { group, where, family }: Wanted,
): Collected {
  const collected: Collected = new Map();
  const conditions = Object.entries(where) as [Group, string][];
  for (const { level, start, grid } of documents) {
    for (const [key, name, slot, count] of grid.cells()) {
      const period = periodOf(bounds, timeOfSlot(level, start, slot));
      const values = period === undefined ? undefined : wantedValues(key, level, family);
      if (period === undefined || !values) continue;
      if (conditions.some(([dimension, value]) => values[dimension] !== value)) continue;
      const value = group === undefined ? null : values[group] || null;
      if (group !== undefined && value === null && SUBJECTS.includes(group)) continue;
      const groups = collected.get(period) ?? new Map<string | null, Sums>();
      const sums: Sums = groups.get(value) ?? new Map<string, number>();
      sums.set(name, (sums.get(name) ?? 0) + count);
      collected.set(period, groups.set(value, sums));
    }
  }
  return collected;
}

function wantedValues(
  key: string,
  level: Stored['level'],
  family: Family | undefined,
): Partial<Record<Group, string>> | undefined {
  if (family === undefined) return valuesOf(key);
  const inFamily = level === 'minute' ? projected(key, family) : key;
  return inFamily === undefined ? undefined : valuesOf(inFamily, FAMILIES[family]);
}

/** The number of the period that holds a time; `undefined` where none does. */
function periodOf(bounds: readonly number[], at: number): number | undefined {
  let [low, high] = [0, bounds.length - 1];
  if (at < (bounds[low] as number) || at >= (bounds[high] as number)) return undefined;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] as number) <= at) low = middle;
    else high = middle;
  }
  return low;
}

/** The same, for all periods together. */
export function sumUp(collected: Collected): Map<string | null, Sums> {
  const total = new Map<string | null, Sums>();
  for (const groups of collected.values()) {
    for (const [value, sums] of groups) {
      const target = total.get(value) ?? new Map<string, number>();
      for (const [name, count] of sums) target.set(name, (target.get(name) ?? 0) + count);
      total.set(value, target);
    }
  }
  return total;
}
