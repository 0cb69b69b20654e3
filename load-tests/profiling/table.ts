/** Columns of text for a terminal: the first head cells' sides follow `align`. Pure. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const cells = [head, ...rows.map((row) => row.map(shown))];
  const isNumeric = head.map((_, column) => rows.every((row) => typeof row[column] === 'number'));
  const widths = head.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  return cells
    .map((row) =>
      row
        .map((cell, column) =>
          isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}

const shown = (value: string | number): string =>
  typeof value === 'string'
    ? value
    : Number.isInteger(value) || Math.abs(value) >= 1_000
      ? Math.round(value).toLocaleString('en')
      : value.toFixed(1);

const MB = 1_024 * 1_024;

export const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(1)} MB`;
export const kilobytes = (bytes: number): number => bytes / 1_024;
export const inMegabytes = (bytes: number): number => bytes / MB;
