import { describe, expect, it } from 'vitest';
import { batchGet } from '../../src/batch/batchGet';
import {
  batchMigration,
  type MigrationReport,
  type Transform,
} from '../../src/batch/batchMigration';
import { collection } from '../../src/batch/collection';
import { billOf } from '../support/meter';
import {
  COUNT,
  copy,
  expectWrittenOnce,
  faults,
  old,
  oldDocuments,
  OPTIONS,
  target,
  transform,
  useMigrations,
  type New,
  type Old,
} from './migrating';
import { dump, FAST, pad, PATIENT, seed } from './stored';

useMigrations('batch-migration');

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
