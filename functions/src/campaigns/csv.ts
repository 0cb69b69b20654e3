import { stringify } from 'csv-stringify/sync';
import { neutralised } from '../shared/spreadsheetCell';
import type { ReportRow } from './report';

const COLUMNS = [
  'contactId',
  'phone',
  'name',
  'state',
  'sentAt',
  'deliveredAt',
  'readAt',
  'failedAt',
  'repliedAt',
  'optedOutAt',
  'code',
  'reason',
] as const satisfies (keyof ReportRow)[];

/** Rows as CSV, times in ISO 8601. What a spreadsheet would run as a formula is neutralised. */
export const toCsv = (rows: readonly ReportRow[], withHeader: boolean): string =>
  stringify(
    rows.map((row) => COLUMNS.map((column) => cellOf(column, row[column]))),
    {
      ...(withHeader ? { header: true, columns: [...COLUMNS] } : {}),
      quoted_match: /[\r\n]/,
      record_delimiter: 'windows',
    },
  );

function cellOf(column: string, value: string | number | null): string {
  if (value === null) return '';
  return column.endsWith('At') ? new Date(Number(value)).toISOString() : neutralised(String(value));
}
