import { Temporal } from 'temporal-polyfill';
import type { Granularity } from './schema';

/** More than any range that can be read has. */
const MAX_PERIODS = 5_000;

/**
 * The bounds of the periods of a time zone that a range touches, epoch ms: each period is from one
 * to the next. All but minutes' are at quarters of an hour of UTC.
 */
export function boundsOf(
  from: number,
  to: number,
  granularity: Granularity,
  timeZone: string,
): number[] {
  let at = startOfPeriod(zoned(from, timeZone), granularity);
  const bounds = [at.epochMilliseconds];
  while (at.epochMilliseconds < to && bounds.length <= MAX_PERIODS) {
    at = next(at, granularity, 1);
    bounds.push(at.epochMilliseconds);
  }
  return bounds;
}

/** The bounds of as many periods right before these. */
export function boundsBefore(
  bounds: readonly number[],
  granularity: Granularity,
  timeZone: string,
): number[] {
  const end = bounds[0] as number;
  const periods = bounds.length - 1;
  const start = next(zoned(end, timeZone), granularity, -periods);
  return boundsOf(start.epochMilliseconds, end, granularity, timeZone);
}

const zoned = (at: number, timeZone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);

function startOfPeriod(
  at: Temporal.ZonedDateTime,
  granularity: Granularity,
): Temporal.ZonedDateTime {
  switch (granularity) {
    case 'minute':
    case 'hour':
      return at.round({ smallestUnit: granularity, roundingMode: 'floor' });
    case 'day':
      return at.startOfDay();
    case 'month':
      return at.with({ day: 1 }).startOfDay();
  }
}

/** The start of a period so many further; a day is as long as its zone's clocks make it. */
function next(
  at: Temporal.ZonedDateTime,
  granularity: Granularity,
  periods: number,
): Temporal.ZonedDateTime {
  switch (granularity) {
    case 'minute':
      return at.add({ minutes: periods });
    case 'hour':
      return at.add({ hours: periods });
    case 'day':
      return at.add({ days: periods }).startOfDay();
    case 'month':
      return at.add({ months: periods }).startOfDay();
  }
}
