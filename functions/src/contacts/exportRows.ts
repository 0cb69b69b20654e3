import { stringify } from 'csv-stringify/sync';
import { neutralised } from '../shared/spreadsheetCell';
import { MAX_ROWS, xlsxFile, xlsxRow } from '../shared/xlsx';
import { valueToText } from './attributeRules';
import { attributeColumn, consentColumn, CONTACT_COLUMNS, tagsToCell } from './columns';
import { consentOf } from './consent';
import type { Contact } from './schema';

/** The header of a file with the attributes that it has columns for. */
export const headerOf = (attributes: readonly string[]): string[] => [
  ...CONTACT_COLUMNS,
  ...attributes.filter((name) => name !== 'language').map(attributeColumn),
  consentColumn('marketing'),
];

const CONSENT_WORDS = { in: 'yes', out: 'no', unsaid: '' };

/** A contact as texts, in the order of the header. */
export function cellsOf(contact: Contact, attributes: readonly string[]): string[] {
  const valueOf = (name: string): string => {
    const value = Object.hasOwn(contact.attributes, name) ? contact.attributes[name] : undefined;
    return value === undefined ? '' : valueToText(value);
  };
  const fields: Record<(typeof CONTACT_COLUMNS)[number], string> = {
    name: contact.name ?? '',
    phone: contact.phone ?? '',
    bsuid: contact.bsuid ?? '',
    username: contact.username ?? '',
    language: valueOf('language'),
    tags: tagsToCell(contact.tags),
    owner: contact.userId ?? '',
    isActive: String(contact.isActive),
  };
  return [
    ...CONTACT_COLUMNS.map((column) => fields[column]),
    ...attributes.filter((name) => name !== 'language').map(valueOf),
    CONSENT_WORDS[consentOf(contact, 'marketing')?.state ?? 'unsaid'],
  ];
}

/** How a file is made of rows of texts. */
export interface FileFormat {
  extension: string;
  contentType: string;
  /** Rows beside the header. */
  maxRows: number;
  /** Some rows, as they are kept until the file is put together. */
  rows: (cells: readonly string[][]) => string;
  /** The file, of the header and what `rows` gave. */
  file: (header: string[], rows: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array | string>;
}

const csvRows = (rows: readonly string[][]): string =>
  stringify(
    rows.map((cells) => cells.map(neutralised)),
    // A line break of any kind belongs between quotes.
    { record_delimiter: 'windows', quoted_match: /[\r\n]/ },
  );

const xlsxRows = (rows: readonly string[][]): string =>
  rows.map((cells) => xlsxRow(cells.map(neutralised))).join('');

async function* withHeader(
  header: string,
  rows: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array | string> {
  yield header;
  yield* rows;
}

export const FORMATS: Record<'csv' | 'xlsx', FileFormat> = {
  csv: {
    extension: 'csv',
    contentType: 'text/csv; charset=utf-8',
    maxRows: Number.POSITIVE_INFINITY,
    rows: csvRows,
    // The mark at the beginning tells spreadsheets that it is UTF-8.
    file: (header, rows) => withHeader(`\uFEFF${csvRows([header])}`, rows),
  },
  xlsx: {
    extension: 'xlsx',
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    maxRows: MAX_ROWS - 1,
    rows: xlsxRows,
    file: (header, rows) => xlsxFile(withHeader(xlsxRows([header]), rows)),
  },
};
