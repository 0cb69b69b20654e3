import { AppError } from '../shared/errors';

/** Firestore's order of types; those it can have that are not named here cannot be merged by. */
const RANK = { null: 0, boolean: 1, number: 2, time: 3, text: 4 } as const;
type Rank = (typeof RANK)[keyof typeof RANK];

/**
 * Compares two stored values as Firestore orders them: null, booleans, numbers, times, texts (by
 * their UTF-8 bytes).
 *
 * @throws AppError for other types, by which results of several queries cannot be merged
 */
export function compareValues(a: unknown, b: unknown): number {
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  switch (rank) {
    case RANK.null:
      return 0;
    case RANK.boolean:
      return Number(a) - Number(b);
    case RANK.number:
      return compareNumbers(a as number, b as number);
    case RANK.time:
      return compareTimes(a as Time, b as Time);
    case RANK.text:
      return compareTexts(a as string, b as string);
  }
}

interface Time {
  seconds: number;
  nanoseconds: number;
}

function rankOf(value: unknown): Rank {
  if (value === null || value === undefined) return RANK.null;
  if (typeof value === 'boolean') return RANK.boolean;
  if (typeof value === 'number') return RANK.number;
  if (typeof value === 'string') return RANK.text;
  if (typeof value === 'object' && 'nanoseconds' in value) return RANK.time;
  throw new AppError(
    'invalid-argument',
    'Results of several queries can be ordered by texts, numbers, times and booleans only.',
  );
}

/** NaN comes first, and equals itself. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(b)) - Number(Number.isNaN(a));
  return a < b ? -1 : Number(a > b);
}

const compareTimes = (a: Time, b: Time): number =>
  a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;

/** JavaScript compares UTF-16 units, which puts rare characters elsewhere than their bytes do. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left === right) continue;
    const [isLeftRare, isRightRare] = [isSurrogate(left), isSurrogate(right)];
    return isLeftRare === isRightRare ? left - right : isLeftRare ? 1 : -1;
  }
  return a.length - b.length;
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;
