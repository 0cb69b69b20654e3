import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchAggregation } from '../../src/batch/batchAggregation';
import { batchQuery } from '../../src/batch/batchQuery';
import { collection } from '../../src/batch/collection';
import type { Order, QuerySpec } from '../../src/batch/querySpec';
import { clearCaches } from '../../src/platform/cache';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { clearFirestore } from '../support/stored';
import { installFaults, LOST, type Faults } from './faults';
import { FAST, pad, seed } from './stored';

useProject('batch-query');

interface Item {
  id: string;
  n: number;
  team: string;
  labels: string[];
  at: number;
}
const items = collection<Item>('items');
const random = seededRandom('batch query');
const COUNT = 300;
const all = Array.from({ length: COUNT }, (_, n): Item => ({
  id: pad(n),
  n,
  team: `team${random.below(50)}`,
  labels: [`l${random.below(5)}`, `m${random.below(5)}`],
  // Many have the same, so that ties are broken.
  at: random.below(20),
}));
let faults: Faults;

beforeAll(async () => {
  await clearFirestore();
  await seed(Object.fromEntries(all.map((item) => [`items/${item.id}`, item])));
  faults = installFaults();
});
beforeEach(() => faults.end());

const teams = Array.from({ length: 41 }, (_, n) => `team${n}`);
const QUERIES: QuerySpec[] = [
  { where: [['team', 'in', teams]] },
  { where: [['labels', 'array-contains-any', ['l1', 'm2']]] },
  { where: [['n', 'in', []]] },
];
const isFound = ({ team, labels }: Item): boolean =>
  teams.includes(team) || labels.includes('l1') || labels.includes('m2');
const ORDER: Order[] = [['at', 'desc']];
const expected = all
  .filter(isFound)
  .sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1))
  .map(({ id }) => id);

async function readPages(limit: number): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof batchQuery<Item>>> = await batchQuery(items, QUERIES, {
      orderBy: ORDER,
      limit,
      cursor,
      ...FAST,
    });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== null);
  return ids;
}

describe('batchQuery', () => {
  it('gives the union, each document once, in one order', async () => {
    expect(await readPages(1_000)).toEqual(expected);
  });

  it.each([1, 7, 50])('goes on across the queries in pages of %i', async (limit) => {
    if (limit === 1) {
      const first = await batchQuery(items, QUERIES, { orderBy: ORDER, limit });
      expect(first.items.map(({ id }) => id)).toEqual(expected.slice(0, 1));
    } else {
      expect(await readPages(limit)).toEqual(expected);
    }
  });

  it('takes one round trip a split query, all at once', async () => {
    const bill = await billOf(() => batchQuery(items, QUERIES, { orderBy: ORDER, limit: 10 }));
    // 41 teams are two queries, the labels one, the empty list none.
    expect(bill.roundTrips).toBe(3);
    expect(bill.reads).toBeLessThanOrEqual(30);
  });

  it('is ordered by id, or by the field of a range', async () => {
    const byId = await batchQuery(items, [{ where: [['n', 'in', [9, 3, 200]]] }]);
    expect(byId.items.map(({ data }) => data.n)).toEqual([3, 9, 200]);
    expect(byId.cursor).toBeNull();
    const byRange = await batchQuery(items, [
      { where: [['n', '>', 290]] },
      { where: [['n', '<', 5]] },
    ]);
    expect(byRange.items.map(({ data }) => data.n)).toEqual([
      0,
      1,
      2,
      3,
      4,
      ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n + 290),
    ]);
  });

  it('moves only the fields asked for, and those of the order', async () => {
    const { items: found } = await batchQuery(items, [{ where: [] }], {
      fields: ['n'],
      orderBy: ORDER,
      limit: 1,
    });
    expect(Object.keys(found[0]?.data ?? {}).sort()).toEqual(['at', 'n']);
  });

  it('finds nothing with no query', async () => {
    expect(await batchQuery(items, [])).toEqual({ items: [], cursor: null });
  });

  it('refuses a wrong limit and a foreign cursor', async () => {
    await expect(batchQuery(items, QUERIES, { limit: 0 })).rejects.toThrow('"limit"');
    await expect(batchQuery(items, QUERIES, { cursor: 'bm8' })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('names the query that failed by its conditions, without their values', async () => {
    faults.plan(() => 'crash-before');
    const failed = batchQuery(items, [{ where: [['team', '==', 'secret']] }], FAST);
    await expect(failed).rejects.toThrow('items, team ==');
    await expect(failed).rejects.not.toThrow('secret');
  });

  it.each(LOST.flatMap((fault) => [0, 1, 2].map((at) => ({ fault, at }))))(
    'finds all when request $at fails: $fault',
    async ({ fault, at }) => {
      faults.plan((n) => (n === at ? fault : undefined));
      expect(await readPages(1_000)).toEqual(expected);
    },
  );
});

describe('batchAggregation', () => {
  const numbers = { count: true, sum: ['n'], average: ['at'] } as const;
  const sumOf = (found: Item[]): number => found.reduce((sum, { n }) => sum + n, 0);
  const queries = ['l0', 'l1', 'l2', 'l3', 'l0'].map((label) => ({
    where: [['labels', 'array-contains', label]] as const,
    ...numbers,
  }));
  const answers = queries.map(({ where: [[, , label]] }) => {
    const found = all.filter(({ labels }) => labels.includes(label));
    return {
      count: found.length,
      sum: { n: sumOf(found) },
      average: { at: found.reduce((sum, { at }) => sum + at, 0) / found.length },
    };
  });

  it('counts, adds up and averages in one request a query, the same query once', async () => {
    const bill = await billOf(async () => {
      expect(await batchAggregation(items, queries, { haveAllFields: true })).toEqual(answers);
    });
    expect(bill.roundTrips).toBe(4);
  });

  it('splits long lists, and counts documents that lack a field that is added up', async () => {
    const found = all.filter(({ team }) => teams.includes(team));
    const [answer] = await batchAggregation(items, [
      { where: [['team', 'in', teams]], count: true, sum: ['n'] },
    ]);
    expect(answer).toEqual({ count: found.length, sum: { n: sumOf(found) }, average: {} });
    const [many] = await batchAggregation(items, [
      { where: [], count: true, sum: ['n', 'at', 'none'], average: ['n', 'at', 'none'] },
    ]);
    expect(many?.count).toBe(COUNT);
    expect(many?.sum['none']).toBe(0);
    expect(many?.average['none']).toBeNull();
    expect(many?.average['n']).toBe((COUNT - 1) / 2);
  });

  it('refuses what cannot be split, and what asks for nothing', async () => {
    const long = { where: [['team', 'in', teams]] as const, average: ['n'] };
    await expect(batchAggregation(items, [long])).rejects.toThrow('cannot be averaged');
    await expect(batchAggregation(items, [{ where: [] }])).rejects.toThrow('asks for nothing');
  });

  it('asks nothing that it has been told lately', async () => {
    clearCaches();
    await batchAggregation(items, queries, { maxAgeMs: 60_000 });
    const bill = await billOf(async () => {
      expect(await batchAggregation(items, queries, { maxAgeMs: 60_000 })).toEqual(answers);
    });
    expect(bill.roundTrips).toBe(0);
  });

  it.each(LOST.flatMap((fault) => [0, 2].map((at) => ({ fault, at }))))(
    'is right when request $at fails: $fault',
    async ({ fault, at }) => {
      faults.plan((n) => (n === at ? fault : undefined));
      expect(await batchAggregation(items, queries, FAST)).toEqual(answers);
    },
  );
});
