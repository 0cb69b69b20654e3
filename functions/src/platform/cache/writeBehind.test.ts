import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { resetLifecycle, shutDown } from '../lifecycle';
import { createWriteBehind } from './writeBehind';

const EVERY_MS = 60_000;
const MAX_KEYS = 5;

/** Figures written behind, with what was written each time. */
function figures(write: () => Promise<void> = () => Promise.resolve()) {
  const written: Record<string, number>[] = [];
  const behind = createWriteBehind<number>({
    name: 'test',
    everyMs: EVERY_MS,
    maxKeys: MAX_KEYS,
    write: async (values) => {
      await write();
      written.push(Object.fromEntries(values));
    },
  });
  return { ...behind, written };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.stubEnv('LOG_LEVEL', 'error');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  resetLifecycle();
});

it('the last of each key is written, once, with the call that comes when it is time', async () => {
  const { note, written } = figures();
  await note('a', 1);
  await note('a', 2);
  await note('b', 3);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(EVERY_MS);
  await note('b', 4);
  expect(written).toEqual([{ a: 2, b: 4 }]);
  await note('a', 5);
  expect(written).toHaveLength(1);
});

it('what waits is counted from when it was noted, not from the last time', async () => {
  const { note, written } = figures();
  vi.advanceTimersByTime(2 * EVERY_MS);
  await note('a', 1);
  expect(written).toEqual([]);
});

it('many keys do not wait', async () => {
  const { note, written } = figures();
  for (let n = 0; n < MAX_KEYS; n++) await note(String(n), n);
  expect(written).toHaveLength(1);
});

it('the end of the instance writes what waits', async () => {
  const { note, written } = figures();
  await note('a', 1);
  await shutDown();
  expect(written).toEqual([{ a: 1 }]);
});

it('the end of the instance also writes what came while others were written', async () => {
  const slow = Promise.withResolvers<undefined>();
  const { note, written } = figures(() => slow.promise);
  for (let n = 0; n < MAX_KEYS - 1; n++) await note(String(n), n);
  const writing = note('last', 0);
  void note('more', 1);
  const end = shutDown();
  slow.resolve(undefined);
  await Promise.all([writing, end]);
  expect(written.at(-1)).toEqual({ more: 1 });
});

it('what could not be written comes with the next, unless it is older; nobody is told', async () => {
  let fails = true;
  const { note, written } = figures(() =>
    fails ? Promise.reject(new Error('no')) : Promise.resolve(),
  );
  await note('a', 1);
  await note('b', 1);
  vi.advanceTimersByTime(EVERY_MS);
  await note('c', 1);
  expect(written).toEqual([]);
  fails = false;
  await note('a', 2);
  vi.advanceTimersByTime(EVERY_MS);
  await note('c', 2);
  expect(written).toEqual([{ a: 2, b: 1, c: 2 }]);
});

it('what can never be written does not pile up, nor is it tried with each call', async () => {
  const sizes: number[] = [];
  const { note } = createWriteBehind<number>({
    ...{ name: 'test', everyMs: EVERY_MS, maxKeys: MAX_KEYS },
    write: (values) => {
      sizes.push(values.size);
      return Promise.reject(new Error('no'));
    },
  });
  for (let n = 0; n < 10 * MAX_KEYS; n++) await note(String(n), n);
  expect(Math.max(...sizes)).toBe(MAX_KEYS);
  expect(sizes.length).toBeLessThan(5 * MAX_KEYS);
});
