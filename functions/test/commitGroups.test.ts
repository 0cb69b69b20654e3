import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GRPC, type WriteOp } from '../src/platform/commit';
import { commitGroups } from '../src/platform/commitGroups';
import { db, increment } from '../src/platform/firestore';
import { installFaults, type Faults } from './batch/faults';
import { useProject } from './support/project';
import { clearFirestore } from './support/stored';

useProject('commit-groups');

let faults: Faults;
beforeAll(() => {
  faults = installFaults();
});
beforeEach(clearFirestore);
afterEach(() => faults.end());

const CALLERS = 60;
const create = (id: string, text = ''): WriteOp => ({
  kind: 'create',
  path: `messages/${id}`,
  data: { text },
});
const count = (id: string): WriteOp => ({
  kind: 'update',
  path: `conversations/${id}`,
  data: { unreadCount: increment(1) },
});
const stored = async (collection: string): Promise<string[]> =>
  (await db().collection(collection).get()).docs.map(({ id }) => id);

/** What a caller is told of each of its groups. */
const told = async (groups: WriteOp[][]): Promise<(number | 'ok')[]> =>
  (await commitGroups(groups)).map((outcome) => (outcome.ok ? 'ok' : outcome.conflict));
/** Lets callers write at once, each its groups. */
const atOnce = (groupsOf: (n: number) => WriteOp[][]) =>
  Promise.all(Array.from({ length: CALLERS }, (_, n) => told(groupsOf(n))));

describe('callers who come while commits are under way', () => {
  it('share the next one, also where they write to one document', async () => {
    await db().doc('conversations/a').set({ unreadCount: 0 });
    faults.plan(() => undefined);
    const outcomes = await atOnce((n) => [[create(`m${n}`), count('a')]]);

    expect(outcomes).toEqual(Array(CALLERS).fill(['ok']));
    expect(faults.count).toBeLessThanOrEqual(6);
    expect(await stored('messages')).toHaveLength(CALLERS);
    expect((await db().doc('conversations/a').get()).get('unreadCount')).toBe(CALLERS);
  });

  it('are not failed by one whose write conflicts, nor by one that cannot be stored', async () => {
    const outcomes = await atOnce((n) => {
      if (n === 20) return [[create('m20'), count('nobody')], [create('m20b')]];
      if (n === 30) return [[create('__no__')]];
      return [[create(`m${n}`)]];
    });
    expect(outcomes[20]).toEqual([GRPC.notFound, 'ok']);
    expect(outcomes[30]).toEqual([GRPC.invalidArgument]);
    expect(outcomes.flat().filter((outcome) => outcome === 'ok')).toHaveLength(CALLERS - 1);
    expect(await stored('messages')).toHaveLength(CALLERS - 1);
  });

  it('go on together without those whom a conflict names', async () => {
    faults.plan(() => undefined);
    const outcomes = await atOnce((n) =>
      [20, 30].includes(n)
        ? [[create(`m-${n}`), count(`first-time-of-${n}`)]]
        : [[create(`m-${n}`)], [create(`second-${n}`)]],
    );
    expect(outcomes[20]).toEqual([GRPC.notFound]);
    expect(outcomes[30]).toEqual([GRPC.notFound]);
    expect(outcomes.flat().filter((outcome) => outcome === 'ok')).toHaveLength(2 * (CALLERS - 2));
    // Two that were under way, three together of which two fail, two alone.
    expect(faults.count).toBeLessThanOrEqual(7);
  });

  it('of one caller go on together, too', async () => {
    faults.plan(() => undefined);
    const groups = Array.from({ length: 50 }, (_, n) =>
      n % 30 === 5 ? [create(`m-${n}`), count(`first-time-of-${n}`)] : [create(`m-${n}`)],
    );
    expect(await told(groups)).toEqual(groups.map((_, n) => (n % 30 === 5 ? GRPC.notFound : 'ok')));
    expect(faults.count).toBeLessThanOrEqual(7);
  });

  it('who create one document: one does, the others are told that it exists', async () => {
    const outcomes = await atOnce((n) => [[create('same', `by ${n}`)]]);
    const won = outcomes.findIndex(([outcome]) => outcome === 'ok');
    expect(outcomes.filter(([outcome]) => outcome === GRPC.alreadyExists)).toHaveLength(
      CALLERS - 1,
    );
    expect((await db().doc('messages/same').get()).get('text')).toBe(`by ${won}`);
  });

  it('do not go into more than a commit takes', async () => {
    const outcomes = await atOnce((n) => [[create(`m${n}`, 'x'.repeat(400_000))]]);
    expect(outcomes).toEqual(Array(CALLERS).fill(['ok']));
  });
});

it('an answer that got lost: each is told of it, nothing is stored twice', async () => {
  await db().doc('conversations/a').set({ unreadCount: 0 });
  faults.plan((n) => (n === 2 ? 'after' : undefined));
  const outcomes = await atOnce((n) => [[create(`m${n}`), count('a')]]);
  expect(new Set(outcomes.flat())).toEqual(new Set(['ok', GRPC.alreadyExists]));
  expect((await db().doc('conversations/a').get()).get('unreadCount')).toBe(CALLERS);
});

it('an outage is told to all of them, and those who come later are served', async () => {
  faults.plan(() => 'crash-before');
  const outcomes = await Promise.allSettled(
    Array.from({ length: CALLERS }, (_, n) => told([[create(`m${n}`)]])),
  );
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
  faults.end();
  expect(await atOnce((n) => [[create(`m${n}`)]])).toEqual(Array(CALLERS).fill(['ok']));
});
