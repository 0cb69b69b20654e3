import { getTimezonesForCountry } from 'countries-and-timezones';
import { Temporal } from 'temporal-polyfill';
import type { Contact } from '../contacts/schema';
import { countryOf } from './cost';
import type { Schedule } from './schema';

/** The attribute in which a contact's IANA time zone can be given. */
const ZONE_ATTRIBUTE = 'timeZone';

/**
 * A recipient's time zone: the attribute `timeZone`, else that of the number's country if its
 * clocks all show the same, else `fallback`.
 */
export function zoneOf(
  {
    attributes,
    phone,
  }: { attributes?: Contact['attributes'] | undefined; phone?: string | null | undefined },
  fallback: string,
): string {
  const given = attributes?.[ZONE_ATTRIBUTE];
  const country = phone ? countryOf(phone) : null;
  return (
    (typeof given === 'string' ? known(given) : null) ??
    (country === null ? null : zoneOfCountry(country)) ??
    fallback
  );
}

const zones = new Map<string, string>();

/** The zone as it is spelt, or null if there is none of the name. */
function known(name: string): string | null {
  const cached = zones.get(name);
  if (cached) return cached;
  try {
    const { timeZoneId } = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    // Names that do not exist are not kept: there is no end of them.
    zones.set(name, timeZoneId);
    return timeZoneId;
  } catch {
    return null;
  }
}

const countryZones = new Map<string, string | null>();

function zoneOfCountry(country: string): string | null {
  const cached = countryZones.get(country);
  if (cached !== undefined) return cached;
  // Argentina has twelve zones, for what they were once; today they are one.
  const [first, ...others] = getTimezonesForCountry(country) ?? [];
  const isOne = others.every(
    ({ utcOffset, dstOffset }) => utcOffset === first?.utcOffset && dstOffset === first.dstOffset,
  );
  const zone = first && isOne ? known(first.name) : null;
  countryZones.set(country, zone);
  return zone;
}

/** By zone and launch; an audience of a million has a few dozen zones. */
const sendTimes = new WeakMap<Schedule, Map<string, number>>();

/**
 * When a recipient in a zone is to be sent to, epoch ms: as scheduled, not before the launch, and
 * after the quiet hours.
 *
 * A local time that clocks skip in spring is as much later as they skip; of one that comes twice
 * in autumn the first counts, for the end of quiet hours the second.
 */
export function sendTimeOf(schedule: Schedule, zone: string, launchAt: number): number {
  const cache = sendTimes.get(schedule) ?? new Map<string, number>();
  sendTimes.set(schedule, cache);
  const key = `${zone} ${launchAt}`;
  const time = cache.get(key) ?? computeSendTime(schedule, zone, launchAt);
  cache.set(key, time);
  return time;
}

function computeSendTime({ at, local, quietHours }: Schedule, zone: string, launchAt: number) {
  const wanted = local
    ? Temporal.PlainDateTime.from(`${local.date}T${local.time}`).toZonedDateTime(zone)
        .epochMilliseconds
    : (at ?? launchAt);
  const time = Math.max(wanted, launchAt);
  return quietHours ? afterQuietHours(quietHours, zone, time) : time;
}

function afterQuietHours(
  quietHours: { from: string; to: string },
  zone: string,
  time: number,
): number {
  const there = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(zone);
  const [clock, from, to] = [
    there.toPlainTime(),
    Temporal.PlainTime.from(quietHours.from),
    Temporal.PlainTime.from(quietHours.to),
  ];
  const isSameDay = Temporal.PlainTime.compare(from, to) <= 0;
  const hasBegun = Temporal.PlainTime.compare(clock, from) >= 0;
  const hasEnded = Temporal.PlainTime.compare(clock, to) >= 0;
  // Over midnight they hold from the evening's begin on, and until the morning's end.
  const isQuiet = isSameDay ? hasBegun && !hasEnded : hasBegun || !hasEnded;
  if (!isQuiet) return time;
  return there
    .toPlainDate()
    .add({ days: hasEnded ? 1 : 0 })
    .toPlainDateTime(to)
    .toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds;
}
