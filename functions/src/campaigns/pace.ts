const SECOND_MS = 1_000;

/** Clocks that count whole milliseconds cut off up to one, a clock being set right drifts. */
const GUARD_MS = 2;

/**
 * How much of the smallest round trip is taken for the part that every send needs. Up to
 * `MIN_ROUND_TRIP_MS` none, so that on a short way the guarantee rests on no assumption.
 */
const FIXED_SHARE = 0.5;
const MIN_ROUND_TRIP_MS = 20;
const MAX_CREDIT_MS = 250;

/** First answers are slow by their handshakes, so they say little of the way. */
const WARM_UP_MS = 3_000;
const MEMORY_PARTS = 6;
const MEMORY_PART_MS = 10_000;

/** A send that has begun. */
export interface Token {
  readonly begunAt: number;
}

/** Lets at most so many sends arrive in a second, wherever that second begins. */
export interface Window {
  /** Whole milliseconds until another send may begin; 0: now; null: not before an answer. */
  delay(): number | null;
  /** Notes that a send begins now. Throws when `delay()` is not 0: that is a mistake. */
  begin(): Token;
  /** Notes that it was answered, or given up as unanswered. */
  end(token: Token): void;
  /** From now on. A lower one holds new sends back until the old ones have made room. */
  setLimit(limit: number): void;
}

/**
 * A window of one second at the receiver, seen from the sender.
 *
 * A send arrives some time between its begin and its end. A send may begin only while fewer than
 * `limit` others are under way or ended less than a second ago. So of any `limit` + 1 sends the
 * last one begins a second after another's end, and they cannot arrive within one second.
 *
 * On a long way that would waste a round trip a second. What every send needs at least, on the way
 * there and back together, keeps arrivals apart as well, and is taken off the second: half of the
 * smallest round trip seen in the last minute.
 *
 * @param now milliseconds of a clock that is never set back
 */
export function createWindow(limit: number, now: () => number): Window {
  const whole = (value: number): number => Math.max(1, Math.floor(value));
  let places = whole(limit);
  const underWay = new Set<Token>();
  /** When the last second's sends ended, the oldest first. */
  const ended: number[] = [];
  const smallest = createMinimum();

  /** How long after its end a send counts. */
  const hold = (at: number): number => SECOND_MS + GUARD_MS - credit(smallest.get(at));

  const delayAt = (at: number): number | null => {
    while (ended[0] !== undefined && ended[0] <= at - SECOND_MS - GUARD_MS) ended.shift();
    const excess = underWay.size + ended.length - places;
    if (excess < 0) return 0;
    const blocking = ended[excess];
    return blocking === undefined ? null : Math.max(0, Math.ceil(blocking + hold(at) - at));
  };

  return {
    delay: () => delayAt(now()),
    begin() {
      const begunAt = now();
      if (delayAt(begunAt) !== 0) throw new Error('A send began before the window let it.');
      const token = { begunAt };
      underWay.add(token);
      return token;
    },
    end(token) {
      if (!underWay.delete(token)) return;
      const at = now();
      ended.push(at);
      smallest.add(at - token.begunAt, at);
    },
    setLimit(value) {
      places = whole(value);
    },
  };
}

const credit = (roundTrip: number | null): number =>
  roundTrip === null || roundTrip < MIN_ROUND_TRIP_MS
    ? 0
    : Math.min(MAX_CREDIT_MS, roundTrip * FIXED_SHARE);

/** The smallest value of the last minute; null until some seconds' worth of values are known. */
function createMinimum() {
  let parts: { from: number; min: number }[] = [];
  let since = 0;
  const forget = (at: number) => {
    if (parts.some(({ from }) => from <= at - MEMORY_PARTS * MEMORY_PART_MS)) {
      parts = parts.filter(({ from }) => from > at - MEMORY_PARTS * MEMORY_PART_MS);
    }
  };
  return {
    add(value: number, at: number) {
      forget(at);
      if (parts.length === 0) since = at;
      const last = parts.at(-1);
      if (last && at < last.from + MEMORY_PART_MS) last.min = Math.min(last.min, value);
      else parts.push({ from: at, min: value });
    },
    get(at: number): number | null {
      forget(at);
      if (parts.length === 0 || at < since + WARM_UP_MS) return null;
      return Math.min(...parts.map(({ min }) => min));
    },
  };
}

/** Halving when the receiver says it is too much. */
const SLOW_DOWN_FACTOR = 0.5;
/** The share of the base that is won back with each second of quiet. */
const RECOVERY_SHARE = 0.05;

/** How many sends a second, given what the receiver has put up with lately. */
export interface Pace {
  /** The receiver complained. Complaints within a second are one: they are about one burst. */
  slowDown(at: number): void;
  /** Sends a second; a whole number, at least 1, never more than the base. */
  limit(at: number): number;
}

/** A pace that is halved by complaints and climbs back to `base` in steps. Time is an argument. */
export function createPace(base: number): Pace {
  const step = Math.max(1, base * RECOVERY_SHARE);
  let floor = base;
  let slowedAt = Number.NEGATIVE_INFINITY;

  const limit = (at: number): number => {
    const quiet = Math.max(0, Math.floor((at - slowedAt) / SECOND_MS));
    return Math.max(1, Math.floor(Math.min(base, floor + quiet * step)));
  };
  return {
    limit,
    slowDown(at) {
      if (at < slowedAt + SECOND_MS) return;
      floor = Math.max(1, limit(at) * SLOW_DOWN_FACTOR);
      slowedAt = at;
    },
  };
}
