import { AppError } from './errors';

/** What a field or an element takes beside its name and value: tags and lengths of the protocol. */
const OVERHEAD = 8;

/**
 * About how many bytes a value takes in a request, rather too many than too few. It is the sum of
 * names and values; nothing is serialised for it, since every document passes through here.
 *
 * @throws AppError `invalid-argument` for what cannot be stored at all
 */
export const sizeOf = (value: unknown): number => measure(value, utf8);

/** At most how many bytes that are, for a third of the time: texts are not looked at. */
export const sizeAtMost = (value: unknown): number => measure(value, utf8AtMost);

const utf8 = (text: string): number => Buffer.byteLength(text);
const utf8AtMost = (text: string): number => 3 * text.length;

function measure(value: unknown, lengthOf: (text: string) => number): number {
  switch (typeof value) {
    case 'string':
      return lengthOf(value) + OVERHEAD;
    case 'object':
      break;
    case 'symbol':
    case 'function':
      // The library notices only when it sends, and then refuses all that is sent together.
      throw new AppError('invalid-argument', `a ${typeof value} cannot be stored`);
    default:
      return OVERHEAD + OVERHEAD;
  }
  if (value === null) return OVERHEAD;
  if (value instanceof Uint8Array) return value.byteLength + OVERHEAD;
  let size = OVERHEAD + OVERHEAD;
  if (Array.isArray(value)) {
    for (const item of value) size += measure(item, lengthOf);
    return size;
  }
  // Objects without a prototype have no constructor.
  const { constructor } = value as { constructor?: unknown };
  if (constructor === undefined || constructor === Object) {
    for (const [name, item] of Object.entries(value)) {
      size += lengthOf(name) + measure(item, lengthOf);
    }
    return size;
  }
  return size + sizeOfInstance(value);
}

/** Timestamps and places are small; vectors, references and transforms tell their size as JSON. */
function sizeOfInstance(value: object): number {
  if (value instanceof Date) return 0;
  if ('path' in value && typeof value.path === 'string') return Buffer.byteLength(value.path) + 100;
  let size = 0;
  for (const item of Object.values(value)) {
    if (typeof item === 'string' || Array.isArray(item)) size += sizeOf(item);
  }
  return size;
}
