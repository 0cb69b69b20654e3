import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchDelete } from '../../src/batch/batchDelete';
import { batchUpdate, type Update } from '../../src/batch/batchUpdate';
import { collection } from '../../src/batch/collection';
import { throwIfFailed, type BatchReport } from '../../src/batch/report';
import {
  absent,
  db,
  increment,
  toVersion,
  union,
  type Version,
} from '../../src/platform/firestore';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { clearFirestore } from '../support/stored';
import { installFaults, LOST, type Fault, type Faults } from './faults';
import { dump, FAST, pad, seed } from './stored';

useProject('batch-update');

interface Item {
  n: number;
  count?: number;
  tags?: string[];
  sub?: Record<string, unknown>;
}
const items = collection<Item>('items');
const random = seededRandom('batch update');
let faults: Faults;

beforeAll(() => {
  faults = installFaults();
});
beforeEach(async () => {
  faults.end();
  await clearFirestore();
});

const updateTime = (snapshot: { updateTime?: FirebaseFirestore.Timestamp }): Version =>
  toVersion(snapshot.updateTime as FirebaseFirestore.Timestamp);

describe('batchUpdate', () => {
  it('writes 1,000 documents in two requests', async () => {
    const updates = Array.from({ length: 1_000 }, (_, n) => ({
      kind: 'set' as const,
      id: pad(n),
      data: { n },
    }));
    const bill = await billOf(() => batchUpdate(items, updates));
    expect(bill).toEqual({ reads: 0, writes: 1_000, deletes: 0, roundTrips: 2 });
    expect(Object.values(await dump('items'))).toEqual(updates.map(({ data }) => data));
  });

  it('splits by bytes, also where Firestore takes less than was thought', async () => {
    const text = 'x'.repeat(900_000);
    const updates = Array.from({ length: 12 }, (_, n) => ({
      kind: 'set' as const,
      id: pad(n),
      // Half of it is in numbers, whose size is only estimated.
      data: { n, text },
    }));
    const report = await batchUpdate(items, updates);
    expect(report.ok).toBe(12);
  });

  it('names an item that Firestore does not take, and writes all others', async () => {
    const updates: Update<object>[] = Array.from({ length: 40 }, (_, n) => ({
      kind: 'set',
      id: pad(n),
      data: { n },
    }));
    updates[7] = { kind: 'set', id: pad(7), data: { text: 'x'.repeat(1_100_000) } };
    updates[8] = { kind: 'set', id: pad(8), data: { odd: Symbol('odd') } };
    updates[9] = { kind: 'set', id: 'a/b', data: {} };
    const report = await batchUpdate(collection<object>('items'), updates, FAST);
    expect(report).toMatchObject({ ok: 37, failed: 3 });
    expect(report.items[7]).toMatchObject({
      outcome: 'failed',
      error: { path: `items/${pad(7)}`, code: 'invalid-argument' },
    });
    expect(report.items[8]).toMatchObject({
      outcome: 'failed',
      error: { path: `items/${pad(8)}` },
    });
    expect(report.items[9]).toMatchObject({
      outcome: 'failed',
      error: { path: 'items/a/b', code: 'invalid-argument' },
    });
    expect(() => throwIfFailed(report)).toThrow(`items/${pad(7)}`);
    expect(Object.keys(await dump('items'))).toHaveLength(37);
  });

  it('applies several changes of one document in order', async () => {
    const report = await batchUpdate(items, [
      { kind: 'create', id: 'a', data: { n: 1, tags: ['x'] } },
      { kind: 'update', id: 'a', data: { n: 2, tags: union('y') } },
      { kind: 'delete', id: 'b', mustExist: true },
      { kind: 'create', id: 'a', data: { n: 3 } },
      { kind: 'merge', id: 'a', data: { sub: { k: 1 } } },
      { kind: 'update', id: 'a', data: { 'sub.l': 2, tags: absent() } },
    ]);
    expect(report.items.map(({ outcome }) => outcome)).toEqual([
      'ok',
      'ok',
      'missing',
      'conflict',
      'ok',
      'ok',
    ]);
    expect(await dump('items')).toEqual({ 'items/a': { n: 2, sub: { k: 1, l: 2 } } });
  });

  it('gives the version that the next write may demand', async () => {
    const [first] = (await batchUpdate(items, [{ kind: 'set', id: 'a', data: { n: 1 } }])).items;
    const version = first?.outcome === 'ok' ? (first.version as Version) : '';
    const change = { kind: 'update', id: 'a', data: { n: 2 }, version } as const;
    expect(await batchUpdate(items, [change])).toMatchObject({ ok: 1 });
    expect(await batchUpdate(items, [change])).toMatchObject({ conflict: 1 });
  });

  it('sends nothing after an abort or the deadline, and says so item by item', async () => {
    const updates = Array.from({ length: 1_200 }, (_, n) => ({
      kind: 'set' as const,
      id: pad(n),
      data: { n },
    }));
    const controller = new AbortController();
    const report = await batchUpdate(items, updates, {
      concurrency: 1,
      signal: controller.signal,
      onProgress: ({ done }) => done >= 500 && controller.abort(),
    });
    expect(report).toMatchObject({ ok: 500, failed: 700 });
    expect(report.items[600]).toMatchObject({
      error: { code: 'aborted', attempts: 0, isInDoubt: false },
    });
    expect(Object.keys(await dump('items'))).toHaveLength(500);

    const late = await batchUpdate(items, updates, { deadline: 0 });
    expect(late).toMatchObject({ ok: 0, failed: 1_200 });
  });

  it('reports progress', async () => {
    const seen: unknown[] = [];
    const updates = Array.from({ length: 700 }, (_, n) => ({
      kind: 'set' as const,
      id: pad(n),
      data: { n },
    }));
    await batchUpdate(items, updates, {
      concurrency: 1,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen).toEqual([
      { done: 500, total: 700 },
      { done: 700, total: 700 },
    ]);
  });
});

describe('batchDelete', () => {
  it('deletes in two requests; what is not there is deleted, or missing on request', async () => {
    await seed(
      Object.fromEntries(Array.from({ length: 900 }, (_, n) => [`items/${pad(n)}`, { n }])),
    );
    const ids = Array.from({ length: 1_000 }, (_, n) => pad(n));
    const bill = await billOf(async () => {
      expect(await batchDelete(items, ids, { mustExist: true })).toMatchObject({
        ok: 900,
        missing: 100,
      });
    });
    expect(bill.roundTrips).toBe(2);
    expect(await batchDelete(items, ids)).toMatchObject({ ok: 1_000 });
    expect(await dump('items')).toEqual({});
  });

  it('leaves what has another version', async () => {
    const old = await db().doc('items/a').set({ n: 1 });
    await db().doc('items/a').set({ n: 2 });
    const report = await batchDelete(items, [{ id: 'a', version: toVersion(old.writeTime) }]);
    expect(report).toMatchObject({ conflict: 1 });
    expect(await dump('items')).toEqual({ 'items/a': { n: 2 } });
  });

  it('tells what is gone from what has another version', async () => {
    const [a, b] = await Promise.all(['a', 'b'].map((id) => db().doc(`items/${id}`).set({ n: 1 })));
    const versions = [a, b].map((result) => toVersion(result?.writeTime as never));
    await Promise.all([db().doc('items/a').delete(), db().doc('items/b').set({ n: 2 })]);
    const deletions = ['a', 'b'].map((id, n) => ({ id, version: versions[n] as Version }));
    const { items: found } = await batchDelete(items, deletions);
    expect(found).toMatchObject([{ outcome: 'ok' }, { outcome: 'conflict' }]);
  });
});

/** 16 documents a round, each with one kind of change; what it is to come to is known. */
async function changes(rounds: number): Promise<{ updates: Update<Item>[]; expected: string[] }> {
  const updates: Update<Item>[] = [];
  const expected: string[] = [];
  const add = (outcome: string, update: Update<Item>): void => {
    updates.push(update);
    expected.push(outcome);
  };
  const stored: Record<string, Item> = {};
  for (let n = 0; n < rounds; n++)
    for (const name of 'abcdefghij') stored[`items/${name}${pad(n)}`] = { n, count: 0 };
  await seed(stored);
  const snapshots = await db().getAll(
    ...(Object.keys(stored).map((path) => db().doc(path)) as [FirebaseFirestore.DocumentReference]),
  );
  const versions = new Map(snapshots.map((snapshot) => [snapshot.id, updateTime(snapshot)]));
  for (let n = 0; n < rounds; n++) {
    const id = (name: string): string => name + pad(n);
    const version = (name: string): Version => versions.get(id(name)) as Version;
    add('ok', { kind: 'set', id: id('a'), data: { n: -1 } });
    add('ok', { kind: 'merge', id: id('b'), data: { sub: { k: n } } });
    add('ok', { kind: 'update', id: id('c'), data: { tags: union('t') } });
    add('ok', { kind: 'update', id: id('d'), data: { n: -1, 'sub.k': 1 }, version: version('d') });
    add('conflict', { kind: 'update', id: id('e'), data: { n: -1 }, version: '1.1000' });
    add('ok', { kind: 'update', id: id('f'), data: { count: increment(1) } });
    add('ok', {
      kind: 'update',
      id: id('g'),
      data: { count: increment(1) },
      version: version('g'),
    });
    add('ok', { kind: 'delete', id: id('h') });
    add('ok', { kind: 'delete', id: id('i'), version: version('i') });
    add('conflict', { kind: 'create', id: id('j'), data: { n: -1 } });
    add('ok', { kind: 'create', id: id('k'), data: { n: -1 } });
    add('missing', { kind: 'update', id: id('l'), data: { n: -1 } });
    add('missing', { kind: 'delete', id: id('m'), mustExist: true });
  }
  return { updates, expected };
}

const isIncrement = (id: string): boolean => /^[fg]/.test(id);
/** What nobody can tell once an answer is lost: whether it counted, or who made the conflict. */
const mayBeInDoubt = (id: string): boolean => isIncrement(id) || /^[ej]/.test(id);

/** Everything reported is as it is stored, and nothing is in doubt that can be known. */
async function checkReport(
  report: BatchReport,
  expected: string[],
  updates: Update<Item>[],
  clean: Record<string, unknown>,
): Promise<void> {
  const stored = await dump('items');
  expect(report.items).toHaveLength(expected.length);
  for (const [index, item] of report.items.entries()) {
    const path = `items/${item.id}`;
    const what = `${updates[index]?.kind} ${item.id}`;
    if (item.outcome === 'failed' && mayBeInDoubt(item.id)) {
      expect(item.error.isInDoubt, what).toBe(true);
      if (isIncrement(item.id)) expect([0, 1], what).toContain((stored[path] as Item).count);
      else expect(stored[path], what).toEqual(clean[path]);
    } else if (item.outcome === 'ok' && item.id.startsWith('m')) {
      // It is not there, as asked for; whether it was, the lost answer would have told.
      expect(stored[path], what).toBeUndefined();
    } else {
      expect(item.outcome, what).toBe(expected[index]);
      expect(stored[path], what).toEqual(clean[path]);
    }
  }
}

describe('when requests fail', () => {
  const ROUNDS = 60;
  let clean: Record<string, unknown>;
  let requests: number;

  beforeAll(async () => {
    await clearFirestore();
    const { updates, expected } = await changes(ROUNDS);
    faults.plan(() => undefined);
    const report = await batchUpdate(items, updates, FAST);
    requests = faults.count;
    faults.end();
    expect(report.items.map(({ outcome }) => outcome)).toEqual(expected);
    clean = await dump('items');
    expect(requests).toBe(2);
  });

  describe.each(LOST)('%s', (fault: Fault) => {
    it.each([0, 1, 2])('at request %i', async (at) => {
      const { updates, expected } = await changes(ROUNDS);
      faults.plan((n) => (n === at ? fault : undefined));
      const report = await batchUpdate(items, updates, FAST);
      faults.end();
      await checkReport(report, expected, updates, clean);
    });
  });

  it.each([0.2, 0.5, 0.8])('at %f of the requests', async (share) => {
    const { updates, expected } = await changes(ROUNDS);
    faults.plan(() =>
      random.next() < share ? random.pick(['before', 'after', 'timeout']) : undefined,
    );
    const report = await batchUpdate(items, updates, { ...FAST, attempts: 100 });
    faults.end();
    await checkReport(report, expected, updates, clean);
  });

  it('for good: every item has failed, in doubt where it was sent', async () => {
    const { updates } = await changes(ROUNDS);
    faults.plan(() => 'before');
    const down = await batchUpdate(items, updates, FAST);
    faults.plan(() => 'crash-before');
    const dead = await batchUpdate(items, updates, FAST);
    faults.end();
    expect(down).toMatchObject({ ok: 0, failed: updates.length });
    expect(dead).toMatchObject({ ok: 0, failed: updates.length });
    expect(dead.items[0]).toMatchObject({ error: { isInDoubt: false, attempts: 1 } });
    expect(down.items[0]).toMatchObject({
      error: { isInDoubt: true, attempts: 8, code: 'unavailable' },
    });
  });
});
