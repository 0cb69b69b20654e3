import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchCleanup, type CleanupReport } from '../../src/batch/batchCleanup';
import { collection } from '../../src/batch/collection';
import type { QuerySpec } from '../../src/batch/querySpec';
import { db } from '../../src/platform/firestore';
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

useProject('batch-cleanup');

const items = collection<object>('items');
const random = seededRandom('batch cleanup');
let faults: Faults;

beforeAll(() => {
  faults = installFaults();
});
beforeEach(async () => {
  faults.end();
  await clearFirestore();
});

/** Times go down as ids go up, so that the order of the range is not that of the ids. */
const itemsOf = (count: number): Record<string, object> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`items/${pad(n)}`, { n, at: 1_000 - n }]),
  );
const notesOf = (item: number, count: number): Record<string, object> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`items/${pad(item)}/notes/${pad(n)}`, { n }]),
  );

/** Those of `itemsOf` from `n` on. */
const OLD = (n: number): QuerySpec => ({ where: [['at', '<=', 1_000 - n]] });
const EVERYTHING: QuerySpec = { where: [] };
const stored = () => dump('items', 'notes', 'files', 'pages');
const paths = async () => Object.keys(await stored());
const cleanUp = (options: object = {}, criteria = EVERYTHING): Promise<CleanupReport> =>
  batchCleanup(items, criteria, { ...FAST, pageSize: 20, ...options });

const THROUGH = { kept: 0, isComplete: true, stoppedBy: null, remaining: 0 };

/** Does something just before the n-th commit, counted from 0. */
function beforeCommit(n: number, work: () => Promise<unknown>): void {
  let commits = 0;
  faults.plan((_, method) => (method === 'commit' && commits++ === n ? work : undefined));
}

describe('batchCleanup', () => {
  it('deletes what the criteria find with everything below it, and nothing else', async () => {
    const kept = { ...itemsOf(30), ...notesOf(3, 2), 'notes/0': {}, 'others/0/notes/0': {} };
    await seed({
      ...itemsOf(100),
      ...kept,
      ...notesOf(31, 3),
      ...notesOf(99, 1),
      [`items/${pad(50)}/files/a/pages/1`]: {},
      [`items/${pad(50)}/files/b`]: {},
      [`items/${pad(50)}/files/b/pages/1`]: {},
      [`items/${pad(50)}/files/b/pages/1/notes/x`]: {},
    });
    const seen: unknown[] = [];
    const report = await cleanUp({ onProgress: (p: unknown) => seen.push(p) }, OLD(30));
    expect(report).toEqual({ ...THROUGH, deleted: 70, below: 8 });
    expect(await paths()).toEqual(
      Object.keys(kept)
        .filter((path) => !/^others.*0$/.test(path) || path === 'others/0/notes/0')
        .sort(),
    );
    expect(seen.at(-1)).toEqual({ done: 70, total: 70 });
  });

  it('asks only the sub-collections that are named', async () => {
    await seed({ ...itemsOf(3), ...notesOf(1, 3), [`items/${pad(1)}/files/a`]: {} });
    expect(await cleanUp({ subcollections: ['notes'] })).toMatchObject({ deleted: 3, below: 3 });
    expect(await paths()).toEqual([`items/${pad(1)}/files/a`]);
  });

  it('costs a read and a delete a document, and a write a page', async () => {
    await seed(itemsOf(1_000));
    const bill = await billOf(() =>
      batchCleanup(items, EVERYTHING, { ...PATIENT, subcollections: [] }),
    );
    // Beside the documents: the look at the checkpoint, beside the page.
    expect(bill).toEqual({ reads: 1_000 + 1, writes: 1, deletes: 1_000, roundTrips: 3 });
  });

  it('begins anew once it is through, and with other values', async () => {
    await seed(itemsOf(40));
    expect(await cleanUp({ maxDeletes: 5 }, OLD(20))).toMatchObject({ deleted: 5 });
    expect(await cleanUp({}, OLD(10))).toEqual({ ...THROUGH, deleted: 25, below: 0 });
    await seed({ [`items/${pad(0)}`]: { at: 1 } });
    expect(await cleanUp({}, OLD(10))).toEqual({ ...THROUGH, deleted: 1, below: 0 });
    // One place for all of them, whatever the values are.
    expect(Object.keys(await dump('batchRuns'))).toHaveLength(1);
  });

  it('counts in a dry run what would go, and deletes nothing', async () => {
    await seed({ ...itemsOf(50), ...notesOf(20, 3), ...notesOf(30, 510) });
    const before = await paths();
    const report = await cleanUp({ dryRun: true }, OLD(10));
    expect(report).toEqual({ ...THROUGH, deleted: 40, below: 513, remaining: 40 });
    expect(await cleanUp({ dryRun: true, maxDeletes: 30 }, OLD(10))).toMatchObject({
      isComplete: false,
      stoppedBy: 'maxDeletes',
    });
    expect(await paths()).toEqual(before);
    expect(await dump('batchRuns')).toEqual({});
  });

  it('finds nothing by an empty list, and refuses one that is too long', async () => {
    await seed(itemsOf(3));
    const among = (values: number[]): QuerySpec => ({ where: [['n', 'in', values]] });
    expect(await cleanUp({}, among([]))).toEqual({ ...THROUGH, deleted: 0, below: 0 });
    const many = Array.from({ length: 31 }, (_, n) => n);
    await expect(cleanUp({}, among(many))).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(cleanUp({ pageSize: 0 })).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(await paths()).toHaveLength(3);
  });
});

describe('the bounds', () => {
  it('deletes no more than it may, above and below, and goes on in the next call', async () => {
    await seed({ ...itemsOf(30), ...notesOf(5, 40), ...notesOf(17, 4), ...notesOf(29, 1) });
    let deletes = 0;
    for (let call = 1; ; call++) {
      let report: CleanupReport | undefined;
      const bill = await billOf(async () => (report = await cleanUp({ maxDeletes: 7 })));
      deletes += bill.deletes;
      expect(report).toMatchObject({
        isComplete: report?.remaining === 0,
      });
      if (report?.isComplete) {
        expect(report).toEqual({ ...THROUGH, deleted: 30, below: 45 });
        break;
      }
      expect(report?.stoppedBy).toBe('maxDeletes');
      expect(bill.deletes).toBe(7);
      expect((report?.deleted ?? 0) + (report?.below ?? 0)).toBe(7 * call);
    }
    expect(deletes).toBe(75);
    expect(await paths()).toEqual([]);
  });

  it('reads no more than what it may delete needs', async () => {
    await seed({ ...itemsOf(100), ...notesOf(99, 300) });
    const options = { maxDeletes: 10, subcollections: ['notes'], pageSize: 500 };
    const { reads } = await billOf(() => cleanUp(options, OLD(50)));
    // Ten items and a glance beyond, what is below the first, a look below each of the others, the
    // checkpoint, the rest.
    expect(reads).toBe(11 + 10 + 9 + 1 + 1);
    expect(await cleanUp({ maxDeletes: 0 })).toMatchObject({ deleted: 0, stoppedBy: 'maxDeletes' });
  });

  it('deletes in parts what is below a document and more than a commit takes', async () => {
    await seed({ ...itemsOf(3), ...notesOf(1, 1_300) });
    const commits: number[] = [];
    faults.plan((_, method, writes) => {
      if (method === 'commit') commits.push(writes);
      return undefined;
    });
    expect(await cleanUp({ maxDeletes: 701 })).toMatchObject({ deleted: 1, below: 700 });
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 3, below: 1_300 });
    // One more is the checkpoint.
    expect(Math.max(...commits)).toBeLessThanOrEqual(1_001);
    expect(await paths()).toEqual([]);
  });

  it('stops at the deadline or an abort, and goes on from there', async () => {
    await seed(itemsOf(100));
    const controller = new AbortController();
    const report = await cleanUp({
      signal: controller.signal,
      onProgress: ({ done }: { done: number }) => done >= 40 && controller.abort(),
    });
    expect(report).toEqual({
      ...{ deleted: 40, below: 0, kept: 0 },
      ...{ isComplete: false, stoppedBy: 'aborted', remaining: 60 },
    });
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 100, below: 0 });
    await expect(cleanUp({ deadline: 1 })).rejects.toMatchObject({ reason: 'deadline' });
  });

  it('keeps to the rate', async () => {
    await seed({ ...itemsOf(20), ...notesOf(3, 40) });
    const commits: number[] = [];
    faults.plan((_, method, writes) => {
      if (method === 'commit') commits.push(writes);
      return undefined;
    });
    const started = Date.now();
    expect(await cleanUp({ perSecond: 100 })).toEqual({ ...THROUGH, deleted: 20, below: 40 });
    expect(Date.now() - started).toBeGreaterThan(500);
    // Ten, and the checkpoint.
    expect(Math.max(...commits)).toBeLessThanOrEqual(11);
  });
});

describe('when others work meanwhile', () => {
  it('leaves a document that changed, with what is below it', async () => {
    await seed({ ...itemsOf(10), ...notesOf(4, 2) });
    beforeCommit(0, () =>
      db()
        .doc(`items/${pad(4)}`)
        .update({ at: 5_000 }),
    );
    expect(await cleanUp({}, OLD(0))).toEqual({ ...THROUGH, deleted: 9, below: 0, kept: 1 });
    expect(await paths()).toEqual([
      `items/${pad(4)}`,
      `items/${pad(4)}/notes/${pad(0)}`,
      `items/${pad(4)}/notes/${pad(1)}`,
    ]);
    // One that is meant all the same goes the next time.
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 1, below: 2 });
  });

  it('deletes what is below a document that somebody else deletes', async () => {
    await seed({ ...itemsOf(10), ...notesOf(4, 2) });
    beforeCommit(0, () =>
      db()
        .doc(`items/${pad(4)}`)
        .delete(),
    );
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 9, below: 2 });
    expect(await paths()).toEqual([]);
  });

  it('sees documents that come ahead of it, and leaves those behind to the next run', async () => {
    await seed(itemsOf(60));
    beforeCommit(0, () => seed({ 'items/00000-late': {}, 'items/x': {} }));
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 61, below: 0 });
    expect(await paths()).toEqual(['items/00000-late']);
  });

  it.each([0, 1, 2])('ends a run when another one overtook it before commit %i', async (n) => {
    await seed(itemsOf(60));
    let other: CleanupReport | undefined;
    beforeCommit(n, async () => (other = await cleanUp()));
    // It has to have the patience for all of that.
    const overtaken = cleanUp({ requestTimeoutMs: 30_000 });
    await expect(overtaken).rejects.toThrow('another run of this job is going on');
    expect(other).toEqual({ ...THROUGH, deleted: 60, below: 0 });
  });

  it('ends a run when another one goes on; together they delete everything', async () => {
    await seed({ ...itemsOf(100), ...notesOf(3, 30) });
    const ends = await Promise.allSettled([cleanUp(), cleanUp(), cleanUp()]);
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'aborted' });
    }
    expect(await cleanUp()).toMatchObject({ isComplete: true, remaining: 0 });
    expect(await paths()).toEqual([]);
  });
});

describe('what is not taken', () => {
  it('is divided where it is too much together', async () => {
    await seed({ ...itemsOf(12), ...notesOf(4, 30) });
    faults.plan((_, method, writes) => (method === 'commit' && writes > 6 ? 'refused' : undefined));
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 12, below: 30 });
    expect(await paths()).toEqual([]);
  });

  it('is not through between two parts of it', async () => {
    await seed({ ...itemsOf(12), ...notesOf(4, 30) });
    let commits = 0;
    faults.plan((_, method, writes) => {
      if (method !== 'commit') return undefined;
      if (writes > 6) return 'refused';
      return ++commits === 4 ? 'crash-after' : undefined;
    });
    await expect(cleanUp()).rejects.toThrow('dead');
    faults.end();
    // Had it been, this would count from the beginning.
    expect(await cleanUp()).toEqual({ ...THROUGH, deleted: 12, below: 30 });
  });

  it('is named where it is a single one', async () => {
    await seed(itemsOf(12));
    faults.plan((_, method) => (method === 'commit' ? 'refused' : undefined));
    await expect(cleanUp()).rejects.toThrow(`items/${pad(0)}: this is not taken`);
  });
});

describe('when requests fail or the process dies', () => {
  const cleaning = (options: object, criteria?: QuerySpec) => ({
    get faults() {
      return faults;
    },
    prepare: async () => {
      await clearFirestore();
      await seed({ ...itemsOf(14), ...notesOf(9, 3), ...notesOf(11, 1) });
    },
    run: () => cleanUp({ pageSize: 5, requestTimeoutMs: 150, ...options }, criteria),
    stored,
    // Whoever calls it again after it was through begins anew.
    afterDeath: async (report: CleanupReport) => {
      const [run] = Object.values(await dump('batchRuns')) as { isDone: boolean }[];
      return run?.isDone ? { ...report, deleted: 0, below: 0 } : report;
    },
  });

  const inSmallParts = async (): Promise<CleanupReport> => {
    for (;;) {
      const report = await cleanUp({ subcollections: ['notes'], maxDeletes: 3 });
      if (report.isComplete) return report;
    }
  };

  it('ends the same, whichever request it is', () =>
    expectSameEndWhicheverFails(cleaning({ subcollections: ['notes'] }, OLD(4))));

  it('ends the same, whichever it is while what lies below is looked for', () =>
    expectSameEndWhicheverFails(cleaning({ maxDeletes: 100 }, OLD(9))));

  it('ends the same after dying again and again', () =>
    expectSameEndAfterDeaths(
      { ...cleaning({}), run: inSmallParts },
      random,
      ({ isComplete }) => isComplete,
    ));

  it('ends the same when half of the requests are lost, or an answer never comes', () =>
    expectSameEndWithLosses(cleaning({ attempts: 100 }), random));

  it('goes on in an order by values that cannot be kept', async () => {
    await seed(
      Object.fromEntries(
        Array.from({ length: 30 }, (_, n) => [`items/${pad(n)}`, { place: { x: n, y: [n] } }]),
      ),
    );
    const placed: QuerySpec = { where: [['place', '!=', null]] };
    let commits = 0;
    faults.plan((_, method) =>
      method === 'commit' && ++commits === 2 ? 'crash-after' : undefined,
    );
    await expect(cleanUp({ pageSize: 10 }, placed)).rejects.toThrow('dead');
    faults.end();
    expect(await paths()).toHaveLength(10);
    expect(await cleanUp({ pageSize: 10 }, placed)).toEqual({ ...THROUGH, deleted: 30, below: 0 });
  });

  it('goes on behind what is deleted', async () => {
    await seed(itemsOf(60));
    await cleanUp({ maxDeletes: 30 }, OLD(0));
    // Behind its place nothing is looked for: only so does it show where it went on.
    await seed({ 'items/behind': { at: 1 } });
    expect(await cleanUp({}, OLD(0))).toEqual({ ...THROUGH, deleted: 60, below: 0 });
    expect(await paths()).toEqual(['items/behind']);
  });
});
