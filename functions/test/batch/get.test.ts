import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { batchGet } from '../../src/batch/batchGet';
import { collection } from '../../src/batch/collection';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';
import { clearFirestore } from '../support/stored';
import { installFaults, LOST, type Faults } from './faults';
import { FAST, pad, seed } from './stored';

useProject('batch-get');

interface Item {
  n: number;
  text: string;
}
const items = collection<Item>('items');
const random = seededRandom('batch get');
const COUNT = 600;
const ids = random.shuffle(Array.from({ length: COUNT }, (_, n) => pad(n)));
let faults: Faults;

beforeAll(async () => {
  await clearFirestore();
  await seed(
    Object.fromEntries(ids.map((id) => [`items/${id}`, { n: Number(id), text: `t${id}` }])),
  );
  faults = installFaults();
});
beforeEach(() => faults.end());

describe('batchGet', () => {
  it('reads 250 a request, each once, in the order asked', async () => {
    const asked = [...ids, 'none', ids[5] as string, 'none'];
    const bill = await billOf(async () => {
      const got = await batchGet(items, asked);
      expect(got.map(({ id }) => id)).toEqual(asked);
      expect(got.map(({ data }) => data?.n)).toEqual(
        asked.map((id) => (id === 'none' ? undefined : Number(id))),
      );
      expect(got.filter(({ version }) => version === undefined)).toHaveLength(2);
    });
    expect(bill).toEqual({ reads: COUNT + 1, writes: 0, deletes: 0, roundTrips: 3 });
  });

  it('reads nothing for no ids', async () => {
    expect(await billOf(() => batchGet(items, []))).toMatchObject({ roundTrips: 0 });
  });

  it('reads only the fields asked for', async () => {
    const [item] = await batchGet(items, [ids[0] as string], { fields: ['text'] });
    expect(item?.data).toEqual({ text: `t${ids[0]}` });
  });

  it("gives the domain's type, and names a document that is none", async () => {
    const strict = collection('items', (data) => {
      if (data['n'] === 7) throw new Error('seven is not allowed');
      return { twice: (data['n'] as number) * 2 };
    });
    expect((await batchGet(strict, [pad(3)]))[0]?.data).toEqual({ twice: 6 });
    await expect(batchGet(strict, ids)).rejects.toThrow(
      `1 of ${COUNT} failed; the first: items/${pad(7)}: seven`,
    );
  });

  it('refuses ids that are paths', async () => {
    await expect(batchGet(items, ['a/b'])).rejects.toThrow('"a/b" cannot be the id');
    await expect(batchGet(items, [''])).rejects.toThrow('cannot be the id');
  });

  it('stops at an abort and at the deadline', async () => {
    await expect(batchGet(items, ids, { deadline: 0 })).rejects.toMatchObject({ code: 'aborted' });
    await expect(batchGet(items, ids, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      reason: 'aborted',
    });
  });

  it.each(LOST.flatMap((fault) => [0, 1, 2].map((at) => ({ fault, at }))))(
    'reads all when request $at fails: $fault',
    async ({ fault, at }) => {
      faults.plan((n) => (n === at ? fault : undefined));
      const got = await batchGet(items, ids, FAST);
      expect(got.map(({ data }) => data?.n)).toEqual(ids.map(Number));
    },
  );

  it('reads all when half of the requests fail', async () => {
    faults.plan(() =>
      random.next() < 0.5 ? random.pick(['before', 'after', 'timeout'] as const) : undefined,
    );
    const got = await batchGet(items, ids, { ...FAST, attempts: 50 });
    expect(got.map(({ data }) => data?.n)).toEqual(ids.map(Number));
  });

  it('names what it could not read in an outage', async () => {
    faults.plan((n) => (n > 0 ? 'before' : undefined));
    const error = await batchGet(items, ids, { ...FAST, concurrency: 1 }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect((error as { failures: { path: string }[] }).failures.map(({ path }) => path)).toEqual(
      ids.slice(250).map((id) => `items/${id}`),
    );
  });
});
