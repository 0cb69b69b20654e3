/** Something that has to be so after a run. */
export interface Check {
  name: string;
  expected: string;
  actual: string;
  ok: boolean;
}

export const isExactly = (name: string, actual: number, expected: number): Check => ({
  name,
  expected: String(expected),
  actual: String(actual),
  ok: actual === expected,
});

/** For counts to which requests without an answer may have added. */
export const isBetween = (name: string, actual: number, least: number, most: number): Check => ({
  name,
  expected: least === most ? String(least) : `${least}–${most}`,
  actual: String(actual),
  ok: actual >= least && actual <= most,
});

/** @param unit of both numbers, `ms` or `%` for example */
export const isAtMost = (name: string, actual: number, limit: number, unit = ''): Check => ({
  name,
  expected: `≤ ${rounded(limit)}${unit && ` ${unit}`}`,
  actual: `${rounded(actual)}${unit && ` ${unit}`}`,
  ok: actual <= limit,
});

export const isAtLeast = (name: string, actual: number, limit: number, unit = ''): Check => ({
  name,
  expected: `≥ ${rounded(limit)}${unit && ` ${unit}`}`,
  actual: `${rounded(actual)}${unit && ` ${unit}`}`,
  ok: actual >= limit,
});

const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
