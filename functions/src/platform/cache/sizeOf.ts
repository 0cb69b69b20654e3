/** What an entry takes beside its key and value: the cache's own books. */
const ENTRY_BYTES = 150;
const FIELD_BYTES = 16;
const NUMBER_BYTES = 8;

/**
 * About how many bytes of memory a value takes: text at two bytes a character, fields and items
 * with what V8 spends on them. It errs on the greater side; cheap, for it runs with each entry.
 */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return 2 * value.length + FIELD_BYTES;
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
  if (ArrayBuffer.isView(value)) return value.byteLength + FIELD_BYTES;
  let bytes = 2 * FIELD_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) bytes += NUMBER_BYTES + sizeOf(item);
    return bytes;
  }
  if (value instanceof Map) {
    for (const [key, item] of value) bytes += FIELD_BYTES + sizeOf(key) + sizeOf(item);
    return bytes;
  }
  // Names of fields are shared between objects of a shape, so they do not count in full.
  for (const item of Object.values(value)) bytes += FIELD_BYTES + sizeOf(item);
  return bytes;
}

export const entrySize = (key: string, value: unknown): number =>
  ENTRY_BYTES + 2 * key.length + sizeOf(value);
