import { availableParallelism, cpus, totalmem } from 'node:os';
import type { Entry } from './types.ts';

/** Columns as wide as their widest cell; the first is aligned to the left, the others to the right. */
export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] as number;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(head), rule, ...rows.map(line)].join('\n');
}

const HEAD = ['', 'unit', 'value', 'baseline', 'limit', '× baseline', 'of limit', 'spread', 'goal'];

export const entriesTable = (entries: readonly Entry[]): string =>
  tableOf(HEAD, entries.map(rowOf));

const rowOf = (entry: Entry): string[] => [
  entry.name,
  entry.unit,
  figureText(entry.value),
  figureText(entry.baseline),
  figureText(entry.limit),
  entry.ratioToBaseline === null ? '' : entry.ratioToBaseline.toFixed(1),
  entry.ratioToLimit === null ? '' : entry.ratioToLimit.toFixed(2),
  entry.spread.value === undefined ? '' : `${(entry.spread.value * 100).toFixed(0)} %`,
  entry.goals.map(({ text, isMet }) => `${text} ${isMet ? '✓' : '✗'}`).join(', '),
];

/** Three significant digits, and no exponent. */
export function figureText(value: number | null): string {
  if (value === null || Number.isNaN(value)) return '';
  const digits = value === 0 ? 0 : 2 - Math.floor(Math.log10(Math.abs(value)));
  return value.toLocaleString('en-US', {
    maximumFractionDigits: Math.min(6, Math.max(0, digits)),
  });
}

/** On what it ran; without it, no figure can be compared with another day's. */
export const machine = () => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
});
