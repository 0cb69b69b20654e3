import { describe, expect, it } from 'vitest';
import { endOf, metricId, slotOf, startOf, startsOf, timeOfSlot, widthOf } from './levels';
import { boundsBefore, boundsOf } from './periods';

const utc = (text: string): number => Date.parse(`${text}Z`);

describe('documents', () => {
  it.each([
    ['minute', '2027-03-01T07:29', 'minute_2027-03-01T07:15'],
    ['hour', '2027-03-15T23:59', 'hour_2027-03-01_kinds'],
    ['hour', '2027-02-28T10:00', 'hour_2027-02-16_kinds'],
    ['day', '2027-12-31T23:59', 'day_2027_kinds'],
  ] as const)('%s of %s: %s', (level, time, id) => {
    const start = startOf(level, utc(time));
    expect(metricId(level, start, level === 'minute' ? undefined : 'kinds')).toBe(id);
    expect(endOf(level, utc(time))).toBeGreaterThan(utc(time));
    expect(startOf(level, endOf(level, utc(time)))).toBe(endOf(level, utc(time)));
  });

  it('follow each other without a gap', () => {
    const starts = startsOf('hour', utc('2026-12-20T00:00'), utc('2027-02-01T00:00'));
    expect(starts.map((start) => metricId('hour', start))).toEqual([
      'hour_2026-12-16',
      'hour_2027-01-01',
      'hour_2027-01-16',
    ]);
  });
});

const ZONES = Intl.supportedValuesOf('timeZone');

describe(`the slots of quarters and days, in all ${ZONES.length} time zones`, () => {
  it.each([
    ['hour', 'day', '2027-02-20T00:00', '2027-04-10T00:00'],
    ['day', 'month', '2026-01-01T00:00', '2029-01-01T00:00'],
  ] as const)('%s: none is in two of a %s', (level, granularity, from, to) => {
    for (const zone of ZONES) {
      for (const bound of boundsOf(utc(from), utc(to), granularity, zone)) {
        const start = timeOfSlot(level, startOf(level, bound), slotOf(level, bound));
        expect(start, `${zone} ${new Date(bound).toISOString()}`).toBe(bound);
      }
    }
  });

  it('hours begin with a quarter too', () => {
    for (const zone of ZONES) {
      for (const bound of boundsOf(
        utc('2027-03-27T00:00'),
        utc('2027-04-05T00:00'),
        'hour',
        zone,
      )) {
        expect(slotOf('hour', bound) % 1).toBe(0);
        expect(bound % (15 * 60_000)).toBe(0);
      }
    }
  });
});

it("the slots of days are days, but a month's first and last are kept by quarters", () => {
  const hours = (time: string): number => widthOf('day', utc(time)) / 3_600_000;
  expect(hours('2027-02-27T12:00')).toBe(24);
  expect(hours('2027-02-28T12:00')).toBe(0.25);
  expect(hours('2027-03-01T12:00')).toBe(0.25);
  expect(hours('2027-03-02T12:00')).toBe(24);
});

describe('periods', () => {
  it('days are as long as the clocks of their zone make them', () => {
    const bounds = boundsOf(
      utc('2027-03-27T12:00'),
      utc('2027-03-29T12:00'),
      'day',
      'Europe/Madrid',
    );
    const hours = bounds.slice(1).map((bound, n) => (bound - (bounds[n] as number)) / 3_600_000);
    expect(hours).toEqual([24, 23, 24]);
  });

  it('those before are as many, of the calendar', () => {
    const bounds = boundsOf(utc('2027-03-05T00:00'), utc('2027-03-06T00:00'), 'month', 'UTC');
    expect(boundsBefore(bounds, 'month', 'UTC')).toEqual([utc('2027-02-01T00:00'), bounds[0]]);
  });
});
