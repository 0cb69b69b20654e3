import { restored } from '../../shared/spreadsheetCell';
import { toE164 } from '../../shared/phone';
import { valueFromText } from '../attributeRules';
import type { Definitions } from '../attributes';
import { booleanFromCell, tagsFromCell, type Column } from '../columns';
import {
  tag as tagSchema,
  type AttributeValue,
  type ConsentCategory,
  type Identity,
} from '../schema';
import { headerFor, nameOf, type Columns } from './mapping';
import { LIMITS, type ImportInput, type Rejection, type RejectionReason, type Row } from './schema';

/** What a row says of a person. What it does not say is missing. */
export interface Entry {
  line: number;
  identity: Identity;
  tags: string[];
  attributes: Record<string, AttributeValue>;
  userId?: string;
  isActive?: boolean;
  /** What they agreed to or refused, by the file. */
  consents: Partial<Record<ConsentCategory, 'in' | 'out'>>;
}

export interface Reading {
  columns: Columns;
  header: readonly string[];
  definitions: Definitions;
  options: Pick<ImportInput, 'tags' | 'consent' | 'defaultCountry'>;
}

const MAX_NAME = 200;
const MAX_USERNAME = 100;
const MAX_TAGS = 50;
const BSUID = /^[\w.:-]{3,200}$/;

/** Thrown within a row; ends it. */
class Wrong extends Error {
  readonly reason: RejectionReason;
  constructor(reason: RejectionReason) {
    super(reason);
    this.reason = reason;
  }
}

/** What a row says, or the first thing that is wrong with it. */
export function readRow(row: Row, reading: Reading): Entry | Rejection {
  const { columns, header, options } = reading;
  const reject = (column: string, reason: RejectionReason): Rejection => ({
    line: row.line,
    column,
    reason,
  });
  if (row.cells.slice(columns.length).some((cell) => cell.trim() !== '')) {
    return reject('', 'too-many-cells');
  }
  const entry: Entry = {
    line: row.line,
    identity: {},
    tags: [...options.tags],
    attributes: {},
    consents: options.consent ? { [options.consent.category]: options.consent.state } : {},
  };
  for (const [index, column] of columns.entries()) {
    const cell = row.cells[index] ?? '';
    if (!column || cell.trim() === '') continue;
    try {
      if (cell.length > LIMITS.cell) throw new Wrong('too-long');
      take(entry, column, restored(cell).trim(), reading);
    } catch (error) {
      if (error instanceof Wrong) return reject(header[index] ?? nameOf(column), error.reason);
      throw error;
    }
  }
  if (!entry.identity.phone && !entry.identity.bsuid) {
    return reject(headerFor('phone', columns, header), 'no-identity');
  }
  return entry;
}

function take(entry: Entry, column: Column, text: string, reading: Reading): void {
  switch (column.kind) {
    case 'field':
      takeField(entry, column.field, text, reading);
      break;
    case 'attribute': {
      const definition = reading.definitions[column.name];
      const value = definition ? valueFromText(definition, text) : null;
      if (value === null) throw new Wrong('invalid-attribute');
      entry.attributes[column.name] = value;
      break;
    }
    case 'consent':
      entry.consents[column.category as ConsentCategory] = stateOf(text);
      break;
  }
}

type Field = Extract<Column, { kind: 'field' }>['field'];

function takeField(entry: Entry, field: Field, text: string, { options }: Reading): void {
  switch (field) {
    case 'name':
      if (text.length > MAX_NAME) throw new Wrong('too-long');
      entry.identity.name = text;
      break;
    case 'phone':
      entry.identity.phone = numberOf(text, options.defaultCountry);
      break;
    case 'bsuid':
      if (!BSUID.test(text)) throw new Wrong('invalid-bsuid');
      entry.identity.bsuid = text;
      break;
    case 'username':
      if (text.length > MAX_USERNAME) throw new Wrong('invalid-username');
      entry.identity.username = text;
      break;
    case 'tags':
      entry.tags = tagsOf(entry.tags, text);
      break;
    case 'owner':
      if (!/^[A-Za-z0-9]{1,128}$/.test(text)) throw new Wrong('invalid-owner');
      entry.userId = text;
      break;
    case 'isActive': {
      const isActive = booleanFromCell(text);
      if (isActive === null) throw new Wrong('invalid-boolean');
      entry.isActive = isActive;
      break;
    }
  }
}

function numberOf(text: string, country: string | undefined): string {
  // Numbers that were copied from an address book are wrapped in marks of direction.
  const phone = toE164(text.replace(/\p{Cf}/gu, ''), country);
  if (phone === null) throw new Wrong('invalid-number');
  return phone;
}

function tagsOf(before: readonly string[], cell: string): string[] {
  const tags = tagsFromCell(cell);
  if (!tags.every((tag) => tagSchema.safeParse(tag).success)) throw new Wrong('invalid-tag');
  const all = [...new Set([...before, ...tags])];
  if (all.length > MAX_TAGS) throw new Wrong('too-many-tags');
  return all;
}

const OUT = new Set(['out', 'opt-out', 'optout', 'opted-out', 'stop', 'unsubscribed', 'baja']);
const IN = new Set(['in', 'opt-in', 'optin', 'opted-in', 'subscribed', 'alta']);

function stateOf(text: string): 'in' | 'out' {
  const word = text.toLowerCase().replaceAll(' ', '-');
  if (OUT.has(word)) return 'out';
  if (IN.has(word)) return 'in';
  const agrees = booleanFromCell(text);
  if (agrees === null) throw new Wrong('invalid-consent');
  return agrees ? 'in' : 'out';
}
