import { describe, expect, it } from 'vitest';
import { batchMigration, type Transform } from '../../src/batch/batchMigration';
import { collection } from '../../src/batch/collection';
import { db } from '../../src/platform/firestore';
import { seededRandom } from '../support/random';
import { clearFirestore } from '../support/stored';
import { COUNT, faults, old, oldDocuments, useMigrations, type New, type Old } from './migrating';
import { expectSameEndWhicheverFails } from './sameEnd';
import { dump, FAST, pad, seed } from './stored';

useMigrations('batch-in-place');
const random = seededRandom('migration in place');

describe('batchMigration in place', () => {
  const inPlace: Transform<Old, New> = ({ data: { n, name } }) =>
    n % 5 === 4 ? null : { data: { n: n * 2, ...(name ? { 'odd.name': name } : {}) } };
  const run = (options: object = {}) =>
    batchMigration(old, collection<New>('old'), inPlace, {
      ...FAST,
      name: 'in-place',
      pageSize: 20,
      ...options,
    });
  const doubled: Transform<Old, Old> = ({ data }) => ({ data: { ...data, n: data.n * 2 } });

  it('replaces documents whole, also with names that look like paths', async () => {
    await seed(oldDocuments(COUNT));
    expect(await run()).toMatchObject({ read: COUNT, verification: { isSound: true } });
    const stored = await dump('old');
    expect(stored[`old/${pad(3)}`]).toEqual({ n: 6, 'odd.name': 'name 3' });
    expect(stored[`old/${pad(4)}`]).toEqual({ n: 4, name: 'name 4' });
  });

  it('loses no change that others make meanwhile, and brings back nothing', async () => {
    await seed(oldDocuments(60));
    faults.plan((n, method) => {
      if (method !== 'commit' || n > 5) return undefined;
      return async () => {
        await db()
          .doc(`old/${pad(10)}`)
          .update({ name: 'changed' });
        await db()
          .doc(`old/${pad(11)}`)
          .delete();
      };
    });
    const report = await batchMigration(old, old, doubled, { ...FAST, name: 'race', pageSize: 20 });
    expect(report).toMatchObject({ read: 59, written: 59, verification: { isSound: true } });
    const stored = await dump('old');
    expect(stored[`old/${pad(10)}`]).toEqual({ n: 20, name: 'changed' });
    expect(stored[`old/${pad(9)}`]).toEqual({ n: 18, name: 'name 9' });
    expect(stored[`old/${pad(11)}`]).toBeUndefined();
  });

  it('gets through where documents change all the time', async () => {
    await seed(oldDocuments(60));
    let commits = 0;
    faults.plan((_, method, writes) => {
      // Whoever tries many at once comes too late.
      if (method !== 'commit' || writes <= 6) return undefined;
      const id = pad(random.below(20));
      return () =>
        db()
          .doc(`old/${id}`)
          .update({ name: `change ${commits++}` });
    });
    const report = await batchMigration(old, old, doubled, { ...FAST, name: 'hot', pageSize: 20 });
    expect(report).toMatchObject({ read: 60, written: 60, verification: { isSound: true } });
    expect(commits).toBeGreaterThan(3);
    for (const [path, stored] of Object.entries(await dump('old'))) {
      expect((stored as Old).n, path).toBe(Number(path.slice(4)) * 2);
    }
  });

  it('gives up a document that changes at every try, and names it', async () => {
    await seed(oldDocuments(10));
    faults.plan((n, method) =>
      method === 'commit'
        ? () =>
            db()
              .doc(`old/${pad(7)}`)
              .update({ name: `change ${n}` })
        : undefined,
    );
    const run = batchMigration(old, old, doubled, { ...FAST, name: 'hot' });
    await expect(run).rejects.toThrow(`old/${pad(7)}: it changes faster`);
  });

  it('does not pass over a document that cannot be transformed any more when it is read again', async () => {
    await seed(oldDocuments(20));
    let isChanged = false;
    faults.plan((_, method) => {
      if (method !== 'commit' || isChanged) return undefined;
      isChanged = true;
      return () =>
        db()
          .doc(`old/${pad(10)}`)
          .update({ n: -1 });
    });
    const picky: Transform<Old, Old> = (document) => {
      if (document.data.n < 0) throw new Error('it is negative');
      return doubled(document);
    };
    const run = batchMigration(old, old, picky, { ...FAST, name: 'picky' });
    await expect(run).rejects.toThrow(`old/${pad(10)}: it is negative`);
    expect(await dump('old')).toMatchObject({
      [`old/${pad(9)}`]: { n: 18 },
      [`old/${pad(10)}`]: { n: -1 },
      [`old/${pad(11)}`]: { n: 11 },
    });
  });

  it('does not let a document move within its collection, and merges nothing', async () => {
    await seed(oldDocuments(5));
    const moving: Transform<Old, Old> = ({ id, data }) => ({ id: `${id}x`, data });
    await expect(batchMigration(old, old, moving, { ...FAST, name: 'moving' })).rejects.toThrow(
      'cannot move',
    );
    await expect(run({ merge: true })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('ends the same, whichever request fails or the process dies at', () =>
    expectSameEndWhicheverFails({
      faults,
      prepare: async () => {
        await clearFirestore();
        await seed(oldDocuments(45));
      },
      // Doubled twice would show.
      run: () =>
        batchMigration(old, old, doubled, {
          ...{ ...FAST, name: 'doubling' },
          ...{ pageSize: 20, requestTimeoutMs: 150 },
        }),
      stored: () => dump('old'),
    }));
});
