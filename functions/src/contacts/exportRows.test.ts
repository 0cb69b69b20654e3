import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { strFromU8, unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { seededRandom, type Random } from '../../test/support/random';
import { restored } from '../shared/spreadsheetCell';
import { valueFromText } from './attributeRules';
import { booleanFromCell, columnOf, tagsFromCell } from './columns';
import { cellsOf, FORMATS, headerOf } from './exportRows';
import { contactOf } from './identify';
import type { AttributeDefinition, AttributeValue, Contact } from './schema';

const DEFINITIONS: Record<string, AttributeDefinition> = {
  language: { type: 'text', label: 'Language' },
  city: { type: 'text', label: 'City' },
  points: { type: 'number', label: 'Points' },
  isMember: { type: 'boolean', label: 'Member' },
  since: { type: 'date', label: 'Since' },
};
const ATTRIBUTES = Object.keys(DEFINITIONS);

const SIGNS = ['=', '+', '-', '@', "'", '\t', '\r', '\n', '"', ',', ';', ' ', 'a', '1', 'é', '🎉'];
const ODD = ['\u0007', '_x0007_', '<b>', '&amp;', '\u000B', '_', ']]>', '\uFFFF'];

function someText(random: Random, extra: string[] = []): string {
  const length = 1 + random.below(6);
  return Array.from({ length }, () => random.pick([...SIGNS, ...extra])).join('');
}

/** A contact with whatever may be in one. */
function someContact(random: Random, extra: string[]): Contact {
  const maybe = <T>(value: T): T | null => (random.below(3) === 0 ? null : value);
  const attributes: Record<string, AttributeValue | null> = {
    language: maybe('es'),
    city: maybe(`=${someText(random, extra)}x`),
    points: maybe(random.pick([-5, 0, 1.5, -1e-7, 1e21])),
    isMember: maybe(random.below(2) === 0),
    since: maybe('2024-02-29'),
  };
  const tag = (): string => `${someText(random).replace(/[;\r\n\t]/g, '')}x`.trim();
  return {
    ...contactOf({ phone: `+${34_600_000_000 + random.below(1e8)}` }),
    name: maybe(someText(random, extra)),
    bsuid: maybe('ES.123'),
    username: maybe(`@${someText(random, extra)}`),
    tags: [...new Set(Array.from({ length: random.below(4) }, tag))],
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([, value]) => value !== null),
    ) as Contact['attributes'],
    userId: maybe('agent1'),
    isActive: random.below(2) === 0,
  };
}

/** What an import makes of a row. */
function contactFrom(header: string[], cells: string[]): Partial<Contact> {
  const fields: Record<string, unknown> = { tags: [], attributes: {} };
  for (const [index, title] of header.entries()) {
    const column = columnOf(title);
    const cell = restored(cells[index] ?? '');
    if (column?.kind === 'attribute' && cell !== '') {
      const definition = DEFINITIONS[column.name] as AttributeDefinition;
      (fields['attributes'] as Record<string, unknown>)[column.name] = valueFromText(
        definition,
        cell,
      );
    } else if (column?.kind === 'field') {
      if (column.field === 'tags') fields['tags'] = tagsFromCell(cell);
      else if (column.field === 'isActive') fields['isActive'] = booleanFromCell(cell);
      else fields[column.field === 'owner' ? 'userId' : column.field] = cell === '' ? null : cell;
    }
  }
  return fields;
}

async function fileOf(format: 'csv' | 'xlsx', contacts: Contact[]): Promise<Buffer> {
  const { file, rows } = FORMATS[format];
  const parts = [contacts.slice(0, 7), contacts.slice(7)].map((part) =>
    Buffer.from(rows(part.map((contact) => cellsOf(contact, ATTRIBUTES)))),
  );
  const content = file(headerOf(ATTRIBUTES), Readable.from(parts) as AsyncIterable<Uint8Array>);
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

/** The rows of our own kind of workbook. */
function sheetOf(file: Buffer): string[][] {
  const xml = strFromU8(unzipSync(file)['xl/worksheets/sheet1.xml'] as Uint8Array);
  expect(xml).not.toContain('<f>');
  return [...xml.matchAll(/<row>(.*?)<\/row>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<c s="1"(?:\/>| t="inlineStr"><is><t [^>]*>(.*?)<\/t>)/gs)].map(
      ([, cell = '']) =>
        cell
          .replace(/&lt;/g, '<')
          .replace(/&gt;/g, '>')
          .replace(/&amp;/g, '&')
          .replace(/_x([0-9A-F]{4})_/g, (_, code: string) =>
            String.fromCharCode(Number.parseInt(code, 16)),
          ),
    ),
  );
}

const shown = ({ name, phone, bsuid, username, tags, attributes, userId, isActive }: Contact) => ({
  ...{ name, phone, bsuid, username, tags, attributes, userId, isActive },
});

it.each(['csv', 'xlsx'] as const)('a %s file is read as what it was made of', async (format) => {
  const random = seededRandom(`export to ${format}`);
  const contacts = Array.from({ length: 300 }, () =>
    someContact(random, format === 'xlsx' ? ODD : []),
  );
  const file = await fileOf(format, contacts);
  const [header = [], ...rows]: string[][] =
    format === 'csv' ? parse(file, { bom: true }) : sheetOf(file);
  expect(rows).toHaveLength(300);
  for (const [index, row] of rows.entries()) {
    expect(contactFrom(header, row)).toEqual(shown(contacts[index] as Contact));
    for (const cell of row) expect(cell).not.toMatch(/^[=@\t\r\n]|^[+-](?!\d+([.,]\d+)?$)/);
  }
});

it('phones stay as they are, whoever asked for no more offers says so', async () => {
  const out = { state: 'out', at: 1, recordedAt: 1, source: 'message', proof: null } as const;
  const ana = {
    ...contactOf({ name: '=1+1', phone: '+34600111222' }),
    consents: { marketing: out },
  };
  expect((await fileOf('csv', [ana])).toString()).toBe(
    '\uFEFFname,phone,bsuid,username,language,tags,owner,isActive,' +
      'attributes.city,attributes.points,attributes.isMember,attributes.since,consent.marketing\r\n' +
      "'=1+1,+34600111222,,,,,,true,,,,,no\r\n",
  );
});
