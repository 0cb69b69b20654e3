import type { Level } from './schema';

export const MINUTE_MS = 60_000;
/** Time zones differ from UTC by multiples of it. */
export const QUARTER_MS = 15 * MINUTE_MS;
export const DAY_MS = 24 * 60 * MINUTE_MS;

/** How long minutes are kept, and so how late a fact may come. */
export const MINUTES_KEPT_MS = 32 * DAY_MS;
/** How long quarters of an hour are kept. */
export const QUARTERS_KEPT_MS = 400 * DAY_MS;

export const floorTo = (time: number, width: number): number => Math.floor(time / width) * width;

/** Where a document of a level begins that holds `time`: a quarter, half a month, a year, in UTC. */
export function startOf(level: Level, time: number): number {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  switch (level) {
    case 'minute':
      return floorTo(time, QUARTER_MS);
    case 'hour':
      return Date.UTC(year, month, date.getUTCDate() < 16 ? 1 : 16);
    case 'day':
      return Date.UTC(year, 0, 1);
  }
}

/** The first moment after the document of a level that holds `time`. */
export function endOf(level: Level, time: number): number {
  const start = startOf(level, time);
  switch (level) {
    case 'minute':
      return start + QUARTER_MS;
    case 'hour':
      return startOf('hour', start + 17 * DAY_MS);
    case 'day':
      return startOf('day', start + 370 * DAY_MS);
  }
}

/** The starts of the documents of a level that a range touches. */
export function startsOf(level: Level, from: number, to: number): number[] {
  const starts: number[] = [];
  for (let at = startOf(level, from); at < to; at = endOf(level, at)) starts.push(at);
  return starts;
}

/** What the numbers of slots count. */
const unitOf = (level: Level): number => (level === 'minute' ? MINUTE_MS : QUARTER_MS);

/**
 * How long the slot lasts that `time` is in. Slots of `day` are days, but for a month's first and
 * last: there zones' months begin, so those are kept by quarters.
 */
export const widthOf = (level: Level, time: number): number =>
  level === 'day' && !isAtMonthsEdge(time) ? DAY_MS : unitOf(level);

/** The slot that `time` is in, counted from the document's start. */
export const slotOf = (level: Level, time: number): number =>
  (floorTo(time, widthOf(level, time)) - startOf(level, time)) / unitOf(level);

function isAtMonthsEdge(time: number): boolean {
  const monthOf = (at: number): number => new Date(at).getUTCMonth();
  return monthOf(time) !== monthOf(time - DAY_MS) || monthOf(time) !== monthOf(time + DAY_MS);
}

/** When a slot of a document begins. */
export const timeOfSlot = (level: Level, start: number, slot: number): number =>
  start + slot * unitOf(level);

/** `minute_2026-11-23T07:15`, `hour_2026-11-16_kinds`, `day_2026_agents`. */
export function metricId(level: Level, start: number, family?: string): string {
  const length = { minute: 16, hour: 10, day: 4 }[level];
  const period = new Date(start).toISOString().slice(0, length);
  return [level, period, ...(family === undefined ? [] : [family])].join('_');
}
