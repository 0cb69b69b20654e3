interface Comparable {
  isEqual(other: unknown): boolean;
}

/**
 * Whether a stored value is the one that was to be stored. What only the server can compute
 * (increments, server times) equals nothing.
 */
export function sameValue(asked: unknown, stored: unknown): boolean {
  if (typeof asked !== 'object' || asked === null) return Object.is(asked, stored);
  if (typeof stored !== 'object' || stored === null) return false;
  if (asked instanceof Date) return isMoment(stored, asked.getTime());
  if (asked instanceof Uint8Array)
    return stored instanceof Uint8Array && Buffer.compare(asked, stored) === 0;
  if (Array.isArray(asked)) {
    return (
      Array.isArray(stored) &&
      asked.length === stored.length &&
      asked.every((item, index) => sameValue(item, stored[index]))
    );
  }
  if (typeof (asked as Partial<Comparable>).isEqual === 'function') {
    return (asked as Comparable).isEqual(stored);
  }
  const fields = Object.entries(asked).filter(([, value]) => value !== undefined);
  return (
    fields.length === Object.keys(stored).length &&
    fields.every(([name, value]) => sameValue(value, (stored as Record<string, unknown>)[name]))
  );
}

/** A stored time is finer than the `Date` that it was made of. */
const isMoment = (stored: object, time: number): boolean => {
  const { seconds, nanoseconds } = stored as { seconds?: number; nanoseconds?: number };
  return (seconds ?? NaN) * 1_000 + (nanoseconds ?? NaN) / 1_000_000 === time;
};
