import { beforeEach, expect, it } from 'vitest';
import { commit, GRPC, type WriteOp } from '../src/platform/commit';
import { absent, db, increment, maximum, minimum, union, without } from '../src/platform/firestore';
import { useProject } from './support/project';
import { clearFirestore } from './support/stored';

useProject('commit-bytes');
beforeEach(clearFirestore);

const EVERY_KIND = {
  text: 'Grüße, 你好 👋',
  long: 'ñ'.repeat(5_000),
  empty: '',
  numbers: [0, -1, 127, 128, 2 ** 31, -(2 ** 40), Number.MAX_SAFE_INTEGER, 0.1, -0, 1e300],
  odd: { infinity: -Infinity, nothing: null, yes: true, no: false, none: {}, nobody: [] },
  'a name with spaces, ünd dots.': { within: [{ list: ['of', { maps: 1 }] }] },
};
const set = (path: string, data: object): WriteOp => ({ kind: 'set', path, data });
const stored = async (path: string) => (await db().doc(path).get()).data();

it('Firestore stores what was asked for', async () => {
  await commit([set('items/é-1', EVERY_KIND), set('items/nothing', {})]);
  expect(await stored('items/é-1')).toEqual(EVERY_KIND);
  expect(await stored('items/nothing')).toEqual({});
});

it('Firestore computes what it was asked to, on the version that was demanded', async () => {
  const version = await commit([
    set('items/a', {
      up: 5,
      down: 5,
      most: 5,
      least: 5,
      tags: ['a', 'b'],
      gone: 1,
      in: { a: 1, b: 2 },
    }),
  ]);
  const changes = {
    up: increment(2.5),
    down: increment(-7),
    most: maximum(9),
    least: minimum(-9),
    tags: union('b', 'c'),
    gone: absent(),
    'in.b': without(2),
    'in.c': 'ç',
  };
  await commit([{ kind: 'update', path: 'items/a', data: changes, version }]);
  expect(await stored('items/a')).toEqual({
    ...{ up: 7.5, down: -2, most: 9, least: -9, tags: ['a', 'b', 'c'] },
    in: { a: 1, b: [], c: 'ç' },
  });
  await expect(
    commit([{ kind: 'update', path: 'items/a', data: { up: 1 }, version }]),
  ).rejects.toThrow(expect.objectContaining({ code: GRPC.failedPrecondition }));
});

it('what only the library can encode goes with the rest, in its order', async () => {
  const bytes = Buffer.from('bytes');
  await commit([
    set('items/a', { n: 1 }),
    set('items/b', { bytes }),
    { kind: 'update', path: 'items/a', data: { n: increment(1) } },
    { kind: 'merge', path: 'items/a', data: { merged: true } },
    { kind: 'delete', path: 'items/c' },
    set('items/c', { n: 3 }),
  ]);
  expect(await stored('items/a')).toEqual({ n: 2, merged: true });
  expect(await stored('items/b')).toEqual({ bytes });
  expect(await stored('items/c')).toEqual({ n: 3 });
});

it('a conflict is told with its code and whom it concerns, and nothing is decoded that is not there', async () => {
  await commit([set('items/here', { n: 1 })]);
  const error: unknown = await commit([{ kind: 'create', path: 'items/here', data: {} }]).catch(
    (failure: unknown) => failure,
  );
  expect(error).toMatchObject({ code: GRPC.alreadyExists });
  expect((error as Error).message).toContain('items/here');
  expect((error as { metadata?: unknown }).metadata).toBeUndefined();
});
