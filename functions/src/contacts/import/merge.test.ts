import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contactOf } from '../identify';
import type { Consent, Contact } from '../schema';
import type { Entry } from './entry';
import { changesBy, wishesBy } from './merge';

const stored = (fields: Partial<Contact> = {}): Contact => ({
  ...contactOf({ phone: '+34600111222' }),
  ...fields,
});
const entry = (fields: Partial<Entry> = {}): Entry => ({
  line: 2,
  identity: {},
  tags: [],
  attributes: {},
  consents: {},
  ...fields,
});

describe('merging by the rule', () => {
  const known = stored({ name: 'Ana', tags: ['a'], attributes: { city: 'Madrid' }, userId: null });
  const row = entry({
    identity: { name: 'Bea', username: 'bea' },
    tags: ['a', 'b'],
    attributes: { city: 'Porto', points: 5 },
    userId: 'agent',
    isActive: false,
  });
  it.each([
    ['keep', { username: 'bea' }],
    [
      'fill',
      {
        username: 'bea',
        tags: ['a', 'b'],
        attributes: { city: 'Madrid', points: 5 },
        userId: 'agent',
      },
    ],
    [
      'overwrite',
      {
        ...{ name: 'Bea', username: 'bea', tags: ['a', 'b'], userId: 'agent', isActive: false },
        attributes: { city: 'Porto', points: 5 },
      },
    ],
  ] as const)('%s', (rule, changes) => {
    expect(changesBy(known, row, rule)).toEqual(changes);
  });

  const text = fc.option(fc.string({ minLength: 1, maxLength: 5 }), { nil: undefined });
  const anyEntry = fc
    .record({
      name: text,
      username: text,
      tags: fc.array(fc.constantFrom('a', 'b', 'c')),
      city: text,
      userId: text,
    })
    .map(({ name, username, tags, city, userId }) =>
      entry({
        identity: { ...(name ? { name } : {}), ...(username ? { username } : {}) },
        tags,
        attributes: city ? { city } : {},
        ...(userId ? { userId } : {}),
      }),
    );
  const anyRule = fc.constantFrom('keep', 'fill', 'overwrite' as const);
  const after = (contact: Contact, rows: Entry[], rule: 'keep' | 'fill' | 'overwrite') =>
    rows.reduce((sum, next) => ({ ...sum, ...changesBy(sum, next, rule) }), contact);

  it('the same row again changes nothing, whatever the rule', () => {
    fc.assert(
      fc.property(anyEntry, anyRule, (row, rule) => {
        expect(changesBy(after(known, [row], rule), row, rule)).toEqual({});
      }),
    );
  });

  it('fill never loses a value; overwrite ends with the last one; keep adds a username at most', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { minLength: 1, maxLength: 5 }), (rows) => {
        const filled = after(known, rows, 'fill');
        expect(filled).toMatchObject({ name: 'Ana', attributes: { city: 'Madrid' } });
        const last = rows.findLast(({ identity }) => identity.name !== undefined);
        expect(after(known, rows, 'overwrite').name).toBe(last?.identity.name ?? 'Ana');
        expect({ ...after(known, rows, 'keep'), username: null }).toEqual(known);
        for (const { tags } of rows) for (const tag of tags) expect(filled.tags).toContain(tag);
      }),
    );
  });
});

describe('wishes of a file', () => {
  const said = (state: 'in' | 'out', at: number): Pick<Contact, 'consents'> => {
    const consent: Consent = { state, at, recordedAt: at, source: 'message', proof: null };
    return { consents: { marketing: consent } };
  };
  const settings = { consent: undefined, startedAt: 100, fileId: 'f', userId: 'u' };
  const stated = (state: 'in' | 'out', at: number) => ({
    ...settings,
    consent: { category: 'marketing' as const, state, at, proof: 'form 7' },
  });
  const out = entry({ consents: { marketing: 'out' } });
  const agrees = entry({ consents: { marketing: 'in' } });

  it.each([
    ['a refusal of somebody unknown', { consents: {} }, out, settings, 'out'],
    ['a refusal of who agreed', said('in', 50), out, settings, 'out'],
    ['the same refusal again', said('out', 50), out, settings, null],
    ['an agreement of somebody unknown', { consents: {} }, agrees, settings, 'in'],
    ['an agreement without a time, of who refused', said('out', 50), agrees, settings, null],
    ['an agreement before the refusal', said('out', 50), agrees, stated('in', 40), null],
    ['an agreement after the refusal', said('out', 50), agrees, stated('in', 60), 'in'],
    ['the same agreement again', said('in', 60), agrees, stated('in', 60), null],
  ] as const)('%s', (_, known, row, consents, state) => {
    expect(wishesBy(known, row, consents)[0]?.state ?? null).toBe(state);
  });

  it('a refusal holds against an agreement that is dated later', () => {
    expect(wishesBy(said('in', 500), out, settings)[0]).toMatchObject({ state: 'out', at: 500 });
  });
});
