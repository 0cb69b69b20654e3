import { FieldValue, Firestore, GeoPoint, Timestamp } from '@google-cloud/firestore';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { projectId } from '../params';
import { fromVersion } from './firestore';
import { addPlain, addPlainDelete, addPlainUpdate, type EncodedOps } from './plainWrite';
import { absent, increment, maximum, minimum, union, without } from './serverValues';

process.env['GCLOUD_PROJECT'] ??= 'demo-plain-write';
const firestore = new Firestore({ projectId: projectId(), ignoreUndefinedProperties: true });
const writesOf = (batch: unknown): unknown[] => (batch as EncodedOps)._ops.map(({ op }) => op());

/** What the library makes of a write; undefined where it refuses it. */
function byLibrary(kind: 'create' | 'set', path: string, data: object): unknown {
  const batch = firestore.batch();
  try {
    batch[kind](firestore.doc(path), data);
    return writesOf(batch)[0];
  } catch {
    return undefined;
  }
}
const byUs = (kind: 'create' | 'set', path: string, data: object): unknown => {
  const batch = firestore.batch();
  return addPlain(batch, kind, path, data) ? writesOf(batch)[0] : undefined;
};

describe('addPlain', () => {
  it('encodes whatever it takes as the library does, and takes nothing that it refuses', () => {
    let taken = 0;
    const name = fc.oneof(fc.string(), fc.constantFrom('', '__a__', '__proto__', 'a.b', '`'));
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.constantFrom<unknown>(null, undefined, -0, 2 ** 53, new Date(5), Symbol.iterator),
      fc.constantFrom<unknown>(new Timestamp(1, 2), new GeoPoint(1, 2), Buffer.from('x'), 5n),
      fc.constantFrom<unknown>(FieldValue.increment(1), FieldValue.delete(), new Map([['a', 1]])),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        { weight: 6, arbitrary: leaf },
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5, noNullPrototype: false }),
      ),
    }));
    const path = fc.oneof(
      { weight: 9, arbitrary: fc.constant('contacts/a') },
      fc.constantFrom('contacts', 'contacts/', 'a//b/c', '/a/b', 'a/b/c/ñ .', ''),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('create' as const, 'set' as const),
        path,
        fc.dictionary(name, value, { maxKeys: 6, noNullPrototype: false }),
        (kind, at, data) => {
          const ours = byUs(kind, at, data);
          if (ours === undefined) return;
          taken++;
          expect(ours).toEqual(byLibrary(kind, at, data));
        },
      ),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it.each([24, 25, 200])('encodes a map of %i names as the library does', (count) => {
    const many = Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, true]));
    const data = { ...many, within: many };
    expect(byUs('create', 'contacts/a', data)).toEqual(byLibrary('create', 'contacts/a', data));
  });

  it('encodes an update as the library does, with what the server computes', () => {
    const fieldName = fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c.b', 'c.d', 'c.d.e', 'd1', 'f.g') },
      fc.constantFrom('c', '1d', 'x-y', '__e__', '', 'f.__e__'),
    );
    const item = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true }), fc.boolean());
    const number = fc.oneof(fc.integer(), fc.double({ noNaN: true }));
    const value = fc.oneof(
      item,
      fc.constantFrom<unknown>(null, undefined, {}, [], new Date(5), new Timestamp(1, 2)),
      fc.dictionary(fc.constantFrom('k', 'l', '__m__'), item, { noNullPrototype: true }),
      fc.array(item, { maxLength: 3 }),
      fc.constant(undefined).map(absent),
      number.map(increment),
      number.map(maximum),
      number.map(minimum),
      fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => union(...items)),
      fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => without(...items)),
      fc.constant({ within: increment(1) }),
    );
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          { weight: 9, arbitrary: fc.constant('contacts/a') },
          fc.constantFrom('a', 'a//b/c'),
        ),
        fc.dictionary(fieldName, value, { maxKeys: 5, noNullPrototype: true }),
        fc.option(fc.constant('1795.7000'), { nil: undefined }),
        (at, data, version) => {
          const ours = firestore.batch();
          if (!addPlainUpdate(ours, at, data, version === undefined ? undefined : { version }))
            return;
          taken++;
          const theirs = firestore.batch();
          const ref = firestore.doc(at);
          if (version) theirs.update(ref, data, { lastUpdateTime: fromVersion(version) });
          else theirs.update(ref, data);
          expect(writesOf(ours)).toEqual(writesOf(theirs));
        },
      ),
      { numRuns: 10_000 },
    );
    expect(taken).toBeGreaterThan(2_000);
  });

  it.each([
    ['no demand', undefined, undefined],
    ['a document', { exists: true }, { exists: true }],
    ['a version', { version: '1795.7000' }, { lastUpdateTime: fromVersion('1795.7000') }],
  ] as const)(
    'encodes a deletion that demands %s as the library does',
    (_, demand, precondition) => {
      const [ours, byLibrary] = [firestore.batch(), firestore.batch()];
      expect(addPlainDelete(ours, 'contacts/ñ .', demand)).toBe(true);
      byLibrary.delete(firestore.doc('contacts/ñ .'), precondition);
      expect(writesOf(ours)).toEqual(writesOf(byLibrary));
      expect(addPlainDelete(ours, 'contacts//a', demand)).toBe(false);
    },
  );

  it('takes nothing that is nested more deeply than Firestore stores', () => {
    const nested = (levels: number): object => (levels === 0 ? {} : { a: nested(levels - 1) });
    const deepest = Array.from({ length: 40 }, (_, n) => n).filter((n) =>
      byUs('set', 'a/b', nested(n)),
    );
    const allowed = Array.from({ length: 40 }, (_, n) => n).filter((n) =>
      byLibrary('set', 'a/b', nested(n)),
    );
    expect(Math.max(...deepest)).toBeLessThanOrEqual(Math.max(...allowed));
    expect(Math.max(...deepest)).toBeGreaterThan(10);
  });
});
