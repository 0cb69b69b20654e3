import { stringify } from 'csv-stringify/sync';
import { EVENTS } from '../shared/fact';
import type { MetricRow } from './get';
import { MEASURES } from './names';

const SHARES = ['p50', 'p90', 'p95', 'p99'] as const;

/** Rows as CSV, times in ISO 8601. What a spreadsheet would run as a formula is neutralised. */
export function toCsv(rows: readonly MetricRow[], withHeader: boolean): string {
  const columns = [
    'start',
    'end',
    'group',
    ...EVENTS,
    'conversionValue',
    'deliveryRate',
    'readRate',
    'replyRate',
    ...MEASURES.flatMap((measure) => SHARES.map((share) => `${measure} ${share}`)),
  ];
  return stringify(rows.map(cellsOf), {
    ...(withHeader ? { header: true, columns } : {}),
    escape_formulas: true,
    record_delimiter: 'windows',
  });
}

const cellsOf = (row: MetricRow): (string | number | null)[] => [
  new Date(row.start).toISOString(),
  new Date(row.end).toISOString(),
  row.group,
  ...EVENTS.map((event) => row[event]),
  row.conversionValue,
  row.deliveryRate,
  row.readRate,
  row.replyRate,
  ...MEASURES.flatMap((measure) => SHARES.map((share) => row[measure][share])),
];
