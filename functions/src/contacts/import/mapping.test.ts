import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definitions } from '../attributes';
import { mappedColumns, nameOf, suggestedColumns } from './mapping';

const definitions: Definitions = {
  language: { type: 'text', label: 'Language' },
  city: { type: 'text', label: 'City' },
};
const names = (columns: ReturnType<typeof suggestedColumns>) =>
  columns.map((column) => column && nameOf(column));

describe('the suggested mapping', () => {
  it.each([
    [
      ['name', 'phone', 'attributes.city', 'consent.marketing'],
      ['name', 'phone', 'attributes.city', 'consent.marketing'],
    ],
    [
      ['Nombre', 'Teléfono móvil', 'Etiquetas', 'Idioma'],
      ['name', 'phone', 'tags', 'language'],
    ],
    [
      ['city', 'WhatsApp number', 'Full name'],
      ['attributes.city', 'phone', 'name'],
    ],
    [
      ['phone', 'mobile'],
      ['phone', null],
    ],
    [
      ['attributes.unknown', 'whatever', 'phone'],
      [null, null, 'phone'],
    ],
  ])('of %j', (header, expected) => {
    expect(names(suggestedColumns(header, definitions))).toEqual(expected);
  });
});

describe('a mapping', () => {
  const mapped = (header: string[], mapping: Record<string, string | null>) =>
    names(mappedColumns(header, mapping, definitions));

  it('counts more than the suggestion, which does not take its place', () => {
    expect(mapped(['phone', 'n2'], { n2: 'phone' })).toEqual([null, 'phone']);
    expect(mapped(['phone', 'name'], { name: null })).toEqual(['phone', null]);
  });

  it.each([
    ['a header that is not there', ['phone'], { x: 'name' }, 'unknown-header'],
    ['an unknown column', ['phone', 'x'], { x: 'attributes.nope' }, 'unknown-column'],
    ['one that contacts do not have', ['phone', 'x'], { x: 'salary' }, 'unknown-column'],
    ['two for the same', ['phone', 'a', 'b'], { a: 'name', b: 'name' }, 'mapped-twice'],
    ['no column that tells who it is', ['name'], {}, 'no-identity-column'],
    ['10,000 columns', Array.from({ length: 10_000 }, (_, n) => `c${n}`), {}, 'too-many-columns'],
    ['a header as long as a book', ['phone', 'x'.repeat(1_000_000)], {}, 'header-too-long'],
  ])('%s is refused', (_, header, mapping, reason) => {
    expect(() => mapped(header, mapping)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason }) as object }),
    );
  });
});

describe('whatever the header', () => {
  const ours = ['name', 'phone', 'bsuid', 'username', 'language', 'tags', 'owner', 'isActive'];
  const all = [...ours, 'attributes.city', 'consent.marketing', 'consent.utility'];
  const anyName = fc.oneof(fc.constantFrom(...all, 'Teléfono', 'Nombre', ''), fc.string());
  const anyHeader = fc.array(anyName, { maxLength: 12 });

  it('columns that an export has are what they were, in any order and case', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(all), fc.boolean(), (header, isLoud) => {
        const written = header.map((name) =>
          isLoud && ours.includes(name) ? `  ${name.toUpperCase()} ` : name,
        );
        expect(names(suggestedColumns(written, definitions))).toEqual(header);
      }),
    );
  });

  it('no two columns are suggested for the same, and each is one that contacts have', () => {
    fc.assert(
      fc.property(anyHeader, (header) => {
        const targets = names(suggestedColumns(header, definitions));
        expect(targets).toHaveLength(header.length);
        const given = targets.filter((target) => target !== null);
        expect(new Set(given).size).toBe(given.length);
        for (const target of given) expect(all).toContain(target);
      }),
    );
  });

  it('what the caller says holds, and nothing else takes its place', () => {
    fc.assert(
      fc.property(anyHeader, fc.constantFrom('phone', 'bsuid'), (more, target) => {
        const header = ['chosen', ...more.filter((name) => name !== 'chosen')];
        const mapped = names(mappedColumns(header, { chosen: target }, definitions));
        expect(mapped[0]).toBe(target);
        expect(mapped.indexOf(target, 1)).toBe(-1);
      }),
    );
  });
});
