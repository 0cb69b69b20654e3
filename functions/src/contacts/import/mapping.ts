import { AppError } from '../../shared/errors';
import { plainText } from '../../shared/text';
import type { Definitions } from '../attributes';
import { columnOf, type Column } from '../columns';
import { phoneColumnOf } from '../phoneColumn';
import { refusedFile } from './refused';
import { LIMITS, type Mapping } from './schema';

/** What each column of a file is about; null: nothing that is imported. */
export type Columns = (Column | null)[];

/** Other words for the columns of a contact, in plain letters. */
const WORDS: Record<string, readonly string[]> = {
  name: ['full name', 'contact name', 'customer', 'nombre', 'nombre completo', 'nome', 'cliente'],
  bsuid: ['user id', 'whatsapp user id'],
  username: ['user name', 'usuario', 'whatsapp username'],
  language: ['lang', 'locale', 'idioma', 'lingua', 'sprache', 'langue'],
  tags: ['tag', 'labels', 'label', 'etiquetas', 'etiqueta', 'grupo', 'group', 'groups'],
  owner: ['agent', 'agente', 'assigned to'],
  isActive: ['active', 'activo', 'ativo'],
  'consent.marketing': ['opt in', 'optin', 'consent', 'consentimiento', 'consentimento'],
};

/**
 * What the columns of a header are most likely about. A header that an export has is what it was;
 * others go by their words. No two columns are about the same.
 */
export function suggestedColumns(header: readonly string[], definitions: Definitions): Columns {
  const columns = header.map((name) => {
    const own = columnOf(name);
    if (own) return isKnown(own, definitions) ? own : null;
    const plain = plainText(name);
    if (Object.hasOwn(definitions, name.trim())) return columnOf(`attributes.${name.trim()}`);
    const target = Object.keys(WORDS).find((key) => WORDS[key]?.includes(plain));
    return target === undefined ? null : columnOf(target);
  });
  if (!columns.some((column) => isField(column, 'phone'))) {
    const at = phoneColumnOf([...header]);
    if (at >= 0 && !columns[at]) columns[at] = { kind: 'field', field: 'phone' };
  }
  const taken = new Set<string>();
  return columns.map((column) => {
    const name = column && nameOf(column);
    if (name === null || taken.has(name)) return null;
    taken.add(name);
    return column;
  });
}

/**
 * What the columns are about: as the caller says, else as suggested.
 *
 * @throws AppError `invalid-argument` for a mapping that fits neither the file nor the contacts
 */
export function mappedColumns(
  header: readonly string[],
  mapping: Mapping,
  definitions: Definitions,
): Columns {
  checkHeader(header);
  const unknown = Object.keys(mapping).find((name) => !header.includes(name));
  if (unknown !== undefined) {
    throw wrongMapping('unknown-header', 'The mapping names a header that the file does not have.');
  }
  const suggested = suggestedColumns(
    // What the caller maps is no longer free to be suggested for another.
    header.map((name) => (Object.hasOwn(mapping, name) ? '' : name)),
    definitions,
  );
  const columns = header.map((name, index): Column | null => {
    if (!Object.hasOwn(mapping, name)) return suggested[index] ?? null;
    const target = mapping[name] ?? null;
    return target === null ? null : checkedTarget(target, definitions);
  });
  const chosen = new Set(
    Object.values(mapping)
      .flatMap((target) => (target === null ? [] : (columnOf(target) ?? [])))
      .map(nameOf),
  );
  const result = columns.map((column, index) =>
    column && chosen.has(nameOf(column)) && !Object.hasOwn(mapping, header[index] ?? '')
      ? null
      : column,
  );
  checkDoubles(result);
  if (!result.some((column) => isField(column, 'phone') || isField(column, 'bsuid'))) {
    throw wrongMapping(
      'no-identity-column',
      'No column has phone numbers or BSUIDs.',
      'Map a column to "phone" or "bsuid".',
    );
  }
  return result;
}

function checkHeader(header: readonly string[]): void {
  if (header.length > LIMITS.columns) {
    throw refusedFile(
      'too-many-columns',
      `The file has over ${LIMITS.columns} columns.`,
      'Take the columns away that are not for contacts.',
    );
  }
  if (header.some((name) => name.length > LIMITS.header)) {
    throw refusedFile(
      'header-too-long',
      `A header has over ${LIMITS.header} characters.`,
      'The first row has to have the names of the columns.',
    );
  }
}

function checkedTarget(target: string, definitions: Definitions): Column {
  const column = columnOf(target);
  if (column && isKnown(column, definitions)) return column;
  throw wrongMapping(
    'unknown-column',
    'The mapping names a column that contacts do not have.',
    'Define attributes with attributes-define first; columns are name, phone, bsuid, username, language, tags, owner, isActive, attributes.NAME and consent.CATEGORY.',
  );
}

function checkDoubles(columns: Columns): void {
  const names = columns.flatMap((column) => (column ? [nameOf(column)] : []));
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double === undefined) return;
  throw wrongMapping('mapped-twice', `Two columns are mapped to "${double}".`);
}

const CATEGORIES = new Set(['marketing', 'utility', 'authentication', 'service']);

function isKnown(column: Column, definitions: Definitions): boolean {
  if (column.kind === 'attribute') return Object.hasOwn(definitions, column.name);
  return column.kind === 'field' || CATEGORIES.has(column.category);
}

/** The name under which a column is mapped. */
export function nameOf(column: Column): string {
  switch (column.kind) {
    case 'field':
      return column.field;
    case 'attribute':
      return column.name === 'language' ? 'language' : `attributes.${column.name}`;
    case 'consent':
      return `consent.${column.category}`;
  }
}

/** The header of the column that is about a field; empty: there is none. */
export function headerFor(field: string, columns: Columns, header: readonly string[]): string {
  return header[columns.findIndex((column) => isField(column, field))] ?? '';
}

const isField = (column: Column | null, field: string): boolean =>
  column?.kind === 'field' && column.field === field;

const wrongMapping = (reason: string, message: string, hint?: string): AppError =>
  new AppError('invalid-argument', message, {
    details: { reason, field: 'mapping', ...(hint ? { hint } : {}) },
  });
