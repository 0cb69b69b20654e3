import { describeIndex, describeShape } from './describe.ts';
import type { Row } from './compare.ts';

/** The comparison for people: each shape, how often it was asked, and what serves it. */
export function tableOf(rows: Row[]): string {
  const cells = rows.map(({ shape, logged, clients, service }) => [
    service.by === 'nothing' ? '✗' : '✓',
    describeShape(shape),
    logged > 0 ? String(logged) : '–',
    clients.length > 0 ? 'app' : '',
    service.by === 'composite' ? service.indexes.map(describeIndex).join(' + ') : service.by,
  ]);
  const all = [['', 'query', 'logged', '', 'served by'], ...cells];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  return all
    .map((row) =>
      row
        .map((cell, n) => cell.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
