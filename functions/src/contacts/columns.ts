/**
 * The columns of files of contacts, the same for export and import. Beside these there is one for
 * each attribute (`attributes.city`) and one for each kind of consent (`consent.marketing`).
 * Cells are texts; an empty one is "nothing".
 */
export const CONTACT_COLUMNS = [
  'name',
  'phone',
  'bsuid',
  'username',
  'language',
  'tags',
  'owner',
  'isActive',
] as const;
type ContactColumn = (typeof CONTACT_COLUMNS)[number];

/** What a column is about. `language` is the attribute of that name, `owner` a member's uid. */
export type Column =
  | { kind: 'field'; field: Exclude<ContactColumn, 'language'> }
  | { kind: 'attribute'; name: string }
  | { kind: 'consent'; category: string };

export const attributeColumn = (name: string): string =>
  name === 'language' ? name : `attributes.${name}`;
export const consentColumn = (category: string): string => `consent.${category}`;

/** What the column with a header is about; null: it is none of ours. */
export function columnOf(header: string): Column | null {
  const name = header.replace(/^\uFEFF/, '').trim();
  const [, prefix, rest] = /^(attributes|consent)\.(.+)$/i.exec(name) ?? [];
  if (rest !== undefined) {
    return prefix?.toLowerCase() === 'consent'
      ? { kind: 'consent', category: rest }
      : { kind: 'attribute', name: rest };
  }
  const field = CONTACT_COLUMNS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (field === undefined) return null;
  return field === 'language' ? { kind: 'attribute', name: field } : { kind: 'field', field };
}

/** Tags have no semicolon in them. */
export const tagsToCell = (tags: readonly string[]): string => tags.join(';');

/** The tags of a cell, each once. */
export const tagsFromCell = (cell: string): string[] => [
  ...new Set(
    cell
      .split(';')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
];

const YES = new Set(['true', '1', 'yes', 'y', 'sí', 'si', 'sim', 'verdadero', 'verdadeiro']);
const NO = new Set(['false', '0', 'no', 'n', 'não', 'nao', 'falso']);

/** Yes or no, also as spreadsheets of other languages write it; null: neither. */
export function booleanFromCell(cell: string): boolean | null {
  const word = cell.trim().toLowerCase();
  if (YES.has(word)) return true;
  return NO.has(word) ? false : null;
}
