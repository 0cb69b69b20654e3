import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchGet } from '../../src/batch/batchGet';
import {
  batchMigration,
  type MigrationReport,
  type Transform,
} from '../../src/batch/batchMigration';
import { collection } from '../../src/batch/collection';
import { db, increment } from '../../src/platform/firestore';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { clearFirestore } from '../support/stored';
import { installFaults, type Faults } from './faults';
import {
  expectSameEndAfterDeaths,
  expectSameEndWhicheverFails,
  expectSameEndWithLosses,
} from './sameEnd';
import { dump, FAST, pad, PATIENT, seed } from './stored';

useProject('batch-migration');

interface Old {
  n: number;
  name?: string;
}
interface New {
  n: number;
  label?: string;
  /** How often it was written: an increment, so that a page done twice would show. */
  written?: unknown;
  'odd.name'?: string;
}
const old = collection<Old>('old');
const target = collection<New>('new');
const random = seededRandom('batch migration');
let faults: Faults;

const oldDocuments = (count: number): Record<string, Old> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`old/${pad(n)}`, { n, name: `name ${n}` }]),
  );

/** Every fifth is passed over; some become two. */
const transform: Transform<Old, New> = ({ id, data }) => {
  if (data.n % 5 === 4) return null;
  const first = { data: { n: data.n, label: data.name ?? '', written: increment(1) } };
  if (data.n % 7 !== 0) return first;
  return [first, { id: `${id}-twin`, data: { n: -data.n, written: increment(1) } }];
};

beforeAll(() => {
  faults = installFaults();
});
beforeEach(async () => {
  faults.end();
  await clearFirestore();
});

/** Each of the documents was written once, and not as often as its page was tried. */
const expectWrittenOnce = async (): Promise<void> => {
  for (const [path, stored] of Object.entries(await dump('new'))) {
    expect(stored, path).toMatchObject({ written: 1 });
  }
};

/** How many writes each commit has from now on; one is the checkpoint. */
function sizesOfCommits(): number[] {
  const sizes: number[] = [];
  faults.plan((_, method, writes) => {
    if (method === 'commit') sizes.push(writes);
    return undefined;
  });
  return sizes;
}

/** Does something just before the n-th commit, counted from 0. */
function beforeCommit(n: number, work: () => Promise<unknown>): void {
  let commits = 0;
  faults.plan((_, method) => (method === 'commit' && commits++ === n ? work : undefined));
}

const COUNT = 130;
const OPTIONS = { ...FAST, name: 'renaming', pageSize: 20, merge: true };
const copy = (options: object = {}): Promise<MigrationReport> =>
  batchMigration(old, target, transform, { ...OPTIONS, ...options });

describe('batchMigration into another collection', () => {
  it('transforms, passes over, multiplies, and verifies the counts', async () => {
    await seed(oldDocuments(COUNT));
    await seed({ [`new/${pad(1)}`]: { n: 1, kept: true }, 'new/other': {} });
    const seen: unknown[] = [];
    const report = await copy({ onProgress: (progress: unknown) => seen.push(progress) });
    const written = Array.from({ length: COUNT }, (_, n) => n).filter((n) => n % 5 !== 4);
    const twins = written.filter((n) => n % 7 === 0);
    expect(report).toEqual({
      read: COUNT,
      written: written.length + twins.length,
      skipped: COUNT - written.length,
      failed: 0,
      failures: [],
      isComplete: true,
      stoppedBy: null,
      verification: {
        source: COUNT,
        target: written.length + twins.length + 1,
        replaced: 1,
        isSound: true,
      },
    });
    const stored = await dump('new');
    expect(stored[`new/${pad(1)}`]).toEqual({ n: 1, label: 'name 1', written: 1, kept: true });
    expect(stored[`new/${pad(7)}-twin`]).toEqual({ n: -7, written: 1 });
    expect(stored[`new/${pad(4)}`]).toBeUndefined();
    expect(seen.at(-1)).toEqual({ done: COUNT, total: COUNT });
  });

  it('costs a read and a write a document, and a write a page', async () => {
    await seed(oldDocuments(1_000));
    const plain: Transform<Old, New> = ({ data }) => ({ data: { n: data.n } });
    const bill = await billOf(() =>
      batchMigration(old, target, plain, { ...PATIENT, name: 'plain' }),
    );
    // Beside the documents: one look at the checkpoint, the target's count before, both after.
    expect(bill).toEqual({ reads: 1_000 + 1 + 3, writes: 1_000 + 1, deletes: 0, roundTrips: 6 });
  });

  it('does nothing more once it is through', async () => {
    await seed(oldDocuments(COUNT));
    const first = await copy();
    const bill = await billOf(async () => expect(await copy()).toEqual(first));
    expect(bill.writes).toBe(0);
  });

  it('reads a page in vain where it goes on', async () => {
    await seed(oldDocuments(60));
    const options = { ...PATIENT, name: 'goes-on', pageSize: 20 };
    const controller = new AbortController();
    const stopping: Transform<Old, New> = ({ data }) => {
      if (data.n === 30) controller.abort();
      return { data: { n: data.n } };
    };
    await batchMigration(old, target, stopping, { ...options, signal: controller.signal });
    const plain: Transform<Old, New> = ({ data }) => ({ data: { n: data.n } });
    const bill = await billOf(() => batchMigration(old, target, plain, options));
    // The first page and what is left, both with the document behind a page; checkpoint and counts.
    expect(bill.reads).toBe(21 + (21 + 20) + 1 + 3);
  });

  it('writes nothing in a dry run, and tells what would fail', async () => {
    await seed(oldDocuments(COUNT));
    const odd: Transform<Old, New> = ({ data }) => {
      if (data.n === 50) throw new Error('fifty is not allowed');
      return { data: { n: data.n } };
    };
    const report = await batchMigration(old, target, odd, {
      ...OPTIONS,
      dryRun: true,
      skipFailures: true,
    });
    expect(report).toMatchObject({ read: COUNT, written: COUNT - 1, failed: 1, isComplete: true });
    expect(report.failures).toEqual([{ id: pad(50), reason: 'Error: fifty is not allowed' }]);
    expect(await dump('new', 'batchRuns')).toEqual({});
  });

  it('keeps to the limits of a commit, however large a page is', async () => {
    await seed(oldDocuments(60));
    const large: Transform<Old, New> = ({ id, data }) => [
      { data: { n: data.n, label: 'x'.repeat(200_000) } },
      ...Array.from({ length: 20 }, (_, n) => ({ id: `${id}-${n}`, data: { n } })),
    ];
    const commits = sizesOfCommits();
    const report = await batchMigration(old, target, large, {
      ...FAST,
      name: 'l',
      pageSize: 5_000,
    });
    expect(report).toMatchObject({ read: 60, written: 60 * 21, verification: { isSound: true } });
    // Each has one more, the checkpoint; by bytes, 17 documents would be the most.
    expect(Math.max(...commits)).toBeLessThanOrEqual(1_001);
    expect(commits.length).toBeGreaterThanOrEqual(4);
    expect(Math.min(...commits)).toBeLessThan(18 * 21);
  });

  it('keeps to them too where documents become many', async () => {
    await seed(oldDocuments(60));
    const many: Transform<Old, New> = ({ id, data: { n } }) =>
      Array.from({ length: 30 }, (_, twin) => ({ id: `${id}-${twin}`, data: { n } }));
    const commits = sizesOfCommits();
    const report = await batchMigration(old, target, many, { ...FAST, name: 'many' });
    expect(report).toMatchObject({ written: 1_800, verification: { isSound: true } });
    expect(Math.max(...commits)).toBeLessThanOrEqual(1_001);
  });

  it('keeps to the rate', async () => {
    await seed(oldDocuments(60));
    const started = Date.now();
    const report = await copy({ perSecond: 100, splitAt: [pad(30)] });
    expect(report).toMatchObject({ read: 60, isComplete: true });
    // The last part is sent when those before it have had their time.
    expect(Date.now() - started).toBeGreaterThan((report.written - 10) * 10);
  });

  it('goes on side by side in parts of the ids', async () => {
    await seed(oldDocuments(COUNT));
    const splitAt = [pad(30), pad(31), pad(100), 'x'];
    const report = await copy({ splitAt });
    expect(report).toMatchObject({ read: COUNT, verification: { isSound: true, replaced: 0 } });
    expect(Object.keys(await dump('batchRuns'))).toHaveLength(splitAt.length + 1);
    await expectWrittenOnce();
  });

  it('stops at a document that cannot be transformed, names it, and goes on after the repair', async () => {
    await seed(oldDocuments(COUNT));
    const isBroken = { now: true };
    const fragile: Transform<Old, New> = (document) => {
      if (document.data.n === 50 && isBroken.now) throw new Error('fifty is not allowed');
      return transform(document);
    };
    const run = () => batchMigration(old, target, fragile, OPTIONS);
    await expect(run()).rejects.toThrow(`old/${pad(50)}: fifty is not allowed`);
    expect(Object.keys(await dump('new'))).not.toContain(`new/${pad(51)}`);
    expect(Object.keys(await dump('new'))).toContain(`new/${pad(48)}`);
    isBroken.now = false;
    expect(await run()).toMatchObject({
      read: COUNT,
      verification: { isSound: true, replaced: 0 },
    });
    await expectWrittenOnce();
  });

  it('names a document that Firestore does not take, or passes over it', async () => {
    await seed(oldDocuments(COUNT));
    const large: Transform<Old, New> = ({ data }) => ({
      data: { n: data.n, label: data.n === 55 ? 'x'.repeat(1_100_000) : 'short' },
    });
    const run = (skipFailures: boolean) =>
      batchMigration(old, target, large, { ...OPTIONS, merge: false, skipFailures });
    await expect(run(false)).rejects.toThrow(`old/${pad(55)}`);
    const report = await run(true);
    expect(report).toMatchObject({ read: COUNT, written: COUNT - 1, failed: 1, isComplete: true });
    expect(report.failures[0]?.id).toBe(pad(55));
    expect(Object.keys(await dump('new'))).toHaveLength(COUNT - 1);
  });

  it.each([
    ['a page without documents', { pageSize: 0 }],
    ['a page that is too large', { pageSize: 5_001 }],
    ['parts that are not in order', { splitAt: ['b', 'a'] }],
    ['a name that is none', { name: 'a/b' }],
  ])('refuses %s', async (_, options) => {
    await expect(copy(options)).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('refuses two results for one document', async () => {
    await seed(oldDocuments(3));
    const doubled: Transform<Old, New> = ({ data: { n } }) => [{ data: { n } }, { data: { n } }];
    const run = batchMigration(old, target, doubled, OPTIONS);
    await expect(run).rejects.toThrow(`old/${pad(0)}: it became two documents with the same id`);
  });

  it('tells in the verification that documents came and went', async () => {
    await seed(oldDocuments(40));
    const meanwhile: Transform<Old, New> = async (document) => {
      if (document.data.n === 10) {
        // One that lies behind and is not seen any more, one ahead that is seen.
        await seed({ 'old/00000-late': { n: 1_000 }, 'old/x': { n: 1_001 } });
      }
      return transform(document);
    };
    const report = await batchMigration(old, target, meanwhile, { ...OPTIONS, pageSize: 10 });
    expect(report).toMatchObject({ read: 41, verification: { source: 42, isSound: false } });
  });

  it('refuses the name of another migration', async () => {
    await seed(oldDocuments(10));
    await copy();
    const other = batchMigration(old, collection<New>('items'), transform, OPTIONS);
    await expect(other).rejects.toMatchObject({ code: 'failed-precondition' });
  });

  it.each([0, 2])('ends a run when another one overtook it before commit %i', async (n) => {
    await seed(oldDocuments(COUNT));
    let other: MigrationReport | undefined;
    beforeCommit(n, async () => (other = await copy()));
    // It has to have the patience for all of that.
    const overtaken = copy({ requestTimeoutMs: 30_000 });
    await expect(overtaken).rejects.toThrow('another run of this job is going on');
    expect(other).toMatchObject({ read: COUNT, isComplete: true });
    expect(await copy()).toEqual(other);
    await expectWrittenOnce();
  });

  it('ends a run when another one goes on; together they do everything once', async () => {
    await seed(oldDocuments(COUNT));
    const ends = await Promise.allSettled([copy(), copy(), copy()]);
    const lost = ends.filter((end) => end.status === 'rejected');
    for (const end of lost) expect(end.reason).toMatchObject({ code: 'aborted' });
    // Whichever way they got into each other's way, one more call brings it to its end.
    expect(await copy()).toMatchObject({ read: COUNT, isComplete: true });
    await expectWrittenOnce();
  });

  it('stops at the deadline or an abort, and goes on from there', async () => {
    await seed(oldDocuments(COUNT));
    const controller = new AbortController();
    const report = await copy({
      signal: controller.signal,
      onProgress: ({ done }: { done: number }) => done >= 40 && controller.abort(),
    });
    expect(report).toMatchObject({ read: 40, isComplete: false, stoppedBy: 'aborted' });
    expect(await copy()).toMatchObject({ read: COUNT, isComplete: true, stoppedBy: null });
  });

  it('reports what became of a commit on whose answer the deadline fell', async () => {
    await seed(oldDocuments(COUNT));
    const controller = new AbortController();
    let commits = 0;
    faults.plan((_, method) => {
      if (method !== 'commit' || ++commits < 2) return undefined;
      controller.abort();
      return 'after';
    });
    const report = await copy({ signal: controller.signal });
    faults.end();
    expect(report).toMatchObject({ read: 40, isComplete: false, stoppedBy: 'aborted' });
    expect(await copy()).toMatchObject({ read: COUNT, isComplete: true });
    await expectWrittenOnce();
  });

  it('stops too where the transformation is stopped, and passes over nothing', async () => {
    await seed(oldDocuments(COUNT));
    const controller = new AbortController();
    const asking: Transform<Old, New> = async (document) => {
      if (document.data.n === 50) controller.abort();
      await batchGet(old, [document.id], { signal: controller.signal });
      return transform(document);
    };
    const run = batchMigration(old, target, asking, { ...OPTIONS, skipFailures: true });
    expect(await run).toMatchObject({ read: 40, failed: 0, isComplete: false });
    expect(await copy()).toMatchObject({ read: COUNT, failed: 0, isComplete: true });
  });
});

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

describe('when requests fail or the process dies', () => {
  const copying = {
    get faults() {
      return faults;
    },
    prepare: async () => {
      await clearFirestore();
      await seed(oldDocuments(70));
    },
    run: () => copy({ splitAt: [pad(30)], requestTimeoutMs: 150 }),
    stored: () => dump('new'),
  };

  it('ends the same, whichever request it is', () => expectSameEndWhicheverFails(copying));

  it('ends the same after dying again and again', () =>
    expectSameEndAfterDeaths(copying, random, ({ isComplete }) => isComplete));

  it('ends the same when half of the requests are lost, or an answer never comes', () =>
    expectSameEndWithLosses({ ...copying, run: () => copy({ attempts: 100 }) }, random));

  it('does nothing twice where the commit of one that died arrives in the next run', async () => {
    await copying.prepare();
    let commits = 0;
    let isSentLate = false;
    faults.plan((_, method) => {
      if (isSentLate) return 'crash-before';
      isSentLate = method === 'commit' && ++commits === 2;
      return isSentLate ? 'late' : undefined;
    });
    await expect(copy()).rejects.toThrow('dead');
    // It is still on its way.
    faults.plan(() => undefined);
    await expect(copy()).rejects.toMatchObject({ code: 'aborted' });
    expect(await copy()).toMatchObject({ read: 70, isComplete: true });
    await expectWrittenOnce();
  });

  it('loses nothing where it dies between the parts of a page that was too much', async () => {
    await copying.prepare();
    let commits = 0;
    faults.plan((_, method, writes) => {
      if (method !== 'commit') return undefined;
      if (writes > 10) return 'refused';
      return ++commits === 4 ? 'crash-after' : undefined;
    });
    // All are in one page, which is the last.
    await expect(copy({ pageSize: 100 })).rejects.toThrow('dead');
    faults.end();
    expect((await dump('batchRuns'))['batchRuns/renaming']).toMatchObject({ isDone: false });
    expect(await copy({ pageSize: 100 })).toMatchObject({ read: 70, isComplete: true });
    await expectWrittenOnce();
  });

  it('says which migration it is that cannot be written', async () => {
    await copying.prepare();
    faults.plan((_, method) => (method === 'commit' ? 'before' : undefined));
    await expect(copy()).rejects.toThrow('batchRuns/renaming: the connection broke (8 attempts)');
  });
});
