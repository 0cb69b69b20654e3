import { fromVersion, toVersion } from '../platform/firestore';
import { AppError } from '../shared/errors';

/** A place in an order: the values by which it is ordered, and the id that breaks ties. */
export interface Position {
  values: unknown[];
  id: string;
}

/** A position as a word that callers keep and give back without looking into it. */
export const toCursor = ({ values, id }: Position): string =>
  Buffer.from(JSON.stringify([...values.map(packed), id])).toString('base64url');

/**
 * The position that a cursor stands for, in an order by `fields` fields.
 *
 * @throws AppError `invalid-argument` for what is no cursor of such an order
 */
export function fromCursor(cursor: string, fields: number): Position {
  try {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const id = parts.pop();
    if (typeof id !== 'string' || id === '' || id.includes('/') || parts.length !== fields) {
      throw new Error('of another order');
    }
    return { values: parts.map(unpacked), id };
  } catch (error) {
    throw new AppError('invalid-argument', 'The cursor is not one that this list gave.', {
      details: { field: 'cursor' },
      cause: error,
    });
  }
}

/** Whether a cursor can hold a value: texts, numbers, booleans, times, null. */
export const isPackable = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) ||
  value === null ||
  (typeof value === 'object' && 'nanoseconds' in value);

/** Times and the numbers that JSON does not have are packed into an object of one field. */
function packed(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) };
  if (typeof value === 'object' && value !== null && 'nanoseconds' in value) {
    return { time: toVersion(value as Parameters<typeof toVersion>[0]) };
  }
  return value;
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { number, time } = value as { number?: unknown; time?: unknown };
  if (typeof number === 'string') return Number(number);
  if (typeof time === 'string') return fromVersion(time);
  throw new Error('of no known type');
}
