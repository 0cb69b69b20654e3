import { getAllCountries } from 'countries-and-timezones';
import { describe, expect, it } from 'vitest';
import type { Schedule } from './schema';
import { sendTimeOf, zoneOf } from './when';

describe('zoneOf', () => {
  it.each([
    ['the attribute', { timeZone: 'America/Bogota' }, '+34600111222', 'America/Bogota'],
    ['however it is written', { timeZone: 'america/bogota' }, null, 'America/Bogota'],
    ['no zone at all', { timeZone: 'Bogota' }, '+573001234567', 'America/Bogota'],
    ['not even a text', { timeZone: 5 }, '+573001234567', 'America/Bogota'],
    ['a country of one zone', {}, '+447400123456', 'Europe/London'],
    ['a country of one time', {}, '+5491123456789', 'America/Argentina/Buenos_Aires'],
    ['a country of several', {}, '+34600111222', 'UTC'],
    ['another', {}, '+12125551234', 'UTC'],
    ['a country behind the same code', {}, '+18765551234', 'America/Jamaica'],
    ['a number of no country', {}, '+870773111632', 'UTC'],
    ['no number', {}, null, 'UTC'],
    ['nothing', undefined, undefined, 'UTC'],
  ])('%s', (_, attributes, phone, zone) => {
    expect(zoneOf({ attributes, phone }, 'UTC')).toBe(zone);
  });

  it('knows every zone that a country or this machine names', () => {
    const names = Object.values(getAllCountries()).flatMap(({ timezones }) => timezones);
    for (const timeZone of [...names, ...Intl.supportedValuesOf('timeZone')]) {
      expect(zoneOf({ attributes: { timeZone } }, ''), timeZone).not.toBe('');
    }
  });
});

describe('sendTimeOf', () => {
  const local = (date: string, time: string) => ({ local: { date, time } });
  const quiet = (from: string, to: string) => ({ quietHours: { from, to } });
  const LAUNCH = '2026-01-01T00:00Z';

  it.each<[string, Partial<Schedule>, string, string, string]>([
    ['at launch', {}, 'Asia/Tokyo', LAUNCH, LAUNCH],
    [
      'at a time',
      { at: Date.parse('2026-06-01T08:00Z') },
      'Asia/Tokyo',
      LAUNCH,
      '2026-06-01T08:00Z',
    ],
    ['at a time that is over', { at: 1 }, 'Asia/Tokyo', LAUNCH, LAUNCH],
    ['local', local('2026-06-01', '09:30'), 'Asia/Tokyo', LAUNCH, '2026-06-01T00:30Z'],
    [
      'local, in summer',
      local('2026-06-01', '09:30'),
      'Europe/Madrid',
      LAUNCH,
      '2026-06-01T07:30Z',
    ],
    ['local, over', local('2025-06-01', '09:30'), 'Asia/Tokyo', LAUNCH, LAUNCH],
    ['skipped', local('2026-03-29', '02:30'), 'Europe/Madrid', LAUNCH, '2026-03-29T01:30Z'],
    ['twice', local('2026-10-25', '02:30'), 'Europe/Madrid', LAUNCH, '2026-10-25T00:30Z'],
    [
      'skipped at midnight',
      local('2026-09-06', '00:15'),
      'America/Santiago',
      LAUNCH,
      '2026-09-06T04:15Z',
    ],
    [
      'a skipped day',
      local('2011-12-30', '09:00'),
      'Pacific/Apia',
      '2011-12-01T00:00Z',
      '2011-12-30T19:00Z',
    ],
    [
      'before quiet hours',
      quiet('21:00', '09:00'),
      'UTC',
      '2026-01-01T20:59Z',
      '2026-01-01T20:59Z',
    ],
    ['as they begin', quiet('21:00', '09:00'), 'UTC', '2026-01-01T21:00Z', '2026-01-02T09:00Z'],
    ['in the evening', quiet('21:00', '09:00'), 'UTC', '2026-01-01T23:00Z', '2026-01-02T09:00Z'],
    ['in the morning', quiet('21:00', '09:00'), 'UTC', '2026-01-02T03:00Z', '2026-01-02T09:00Z'],
    ['as they end', quiet('21:00', '09:00'), 'UTC', '2026-01-02T09:00Z', '2026-01-02T09:00Z'],
    ['on one day', quiet('13:00', '16:00'), 'UTC', '2026-01-02T14:00Z', '2026-01-02T16:00Z'],
    [
      'on one day, before',
      quiet('13:00', '16:00'),
      'UTC',
      '2026-01-02T12:59Z',
      '2026-01-02T12:59Z',
    ],
    ['on one day, after', quiet('13:00', '16:00'), 'UTC', '2026-01-02T16:00Z', '2026-01-02T16:00Z'],
    ['until midnight', quiet('20:00', '00:00'), 'UTC', '2026-01-02T22:00Z', '2026-01-03T00:00Z'],
    ['none', quiet('09:00', '09:00'), 'UTC', '2026-01-02T09:00Z', '2026-01-02T09:00Z'],
    [
      'where one is',
      quiet('21:00', '09:00'),
      'America/Bogota',
      '2026-01-02T02:00Z',
      '2026-01-02T14:00Z',
    ],
    [
      'local and quiet',
      { ...local('2026-06-01', '22:00'), ...quiet('21:00', '09:00') },
      'Asia/Tokyo',
      LAUNCH,
      '2026-06-02T00:00Z',
    ],
    [
      'the night the clocks go forward',
      quiet('21:00', '09:00'),
      'Europe/Madrid',
      '2026-03-28T22:00Z',
      '2026-03-29T07:00Z',
    ],
    [
      'end skipped',
      quiet('21:00', '02:30'),
      'Europe/Madrid',
      '2026-03-29T00:30Z',
      '2026-03-29T01:30Z',
    ],
    [
      'end twice, the second time',
      quiet('21:00', '02:30'),
      'Europe/Madrid',
      '2026-10-25T01:10Z',
      '2026-10-25T01:30Z',
    ],
    [
      'end twice, the first time',
      quiet('21:00', '02:30'),
      'Europe/Madrid',
      '2026-10-25T00:10Z',
      '2026-10-25T01:30Z',
    ],
  ])('%s', (_, schedule, zone, launch, expected) => {
    const time = sendTimeOf({ timeZone: 'UTC', ...schedule }, zone, Date.parse(launch));
    expect(new Date(time).toISOString()).toBe(new Date(expected).toISOString());
  });

  it('keeps times of zones and launches apart', () => {
    const schedule: Schedule = { timeZone: 'UTC', ...local('2026-06-01', '09:30') };
    const launch = Date.parse(LAUNCH);
    const times = [
      sendTimeOf(schedule, 'UTC', launch),
      sendTimeOf(schedule, 'Asia/Tokyo', launch),
      sendTimeOf(schedule, 'UTC', launch),
      sendTimeOf(schedule, 'UTC', Date.parse('2027-01-01')),
    ].map((time) => new Date(time).toISOString().slice(0, 16));
    expect(times).toEqual([
      '2026-06-01T09:30',
      '2026-06-01T00:30',
      '2026-06-01T09:30',
      '2027-01-01T00:00',
    ]);
  });

  it('is never before the launch nor in quiet hours, at any hour of a year and anywhere', () => {
    const hours = quiet('20:15', '08:45');
    for (const zone of [
      'Europe/Madrid',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
    ]) {
      const clock = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short' });
      const schedule: Schedule = { timeZone: 'UTC', ...hours };
      for (let launch = Date.parse(LAUNCH), n = 0; n < 365 * 24; n += 5, launch += 5 * 3_600_000) {
        const time = sendTimeOf(schedule, zone, launch);
        const shown = clock.format(time);
        expect(time).toBeGreaterThanOrEqual(launch);
        expect(time - launch).toBeLessThanOrEqual(14 * 3_600_000);
        expect(shown >= '08:45' && shown < '20:15', `${shown} in ${zone}`).toBe(true);
      }
    }
  });
});
