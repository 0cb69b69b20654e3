import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { setClock } from '../clock';
import { Memory, type Loaded } from './memory';

let time = 0;
let stopClock: () => void;
beforeEach(() => {
  time = 1_000_000;
  stopClock = setClock(() => time);
});
afterEach(() => stopClock());

/** Without the jitter's luck: what is asked of ends is asked at the bound, and well before it. */
const BOUND = 10_000;
const newMemory = (options: Partial<ConstructorParameters<typeof Memory<string>>[0]> = {}) =>
  new Memory<string>({ name: 'test', maxAgeMs: BOUND, maxBytes: 1_000_000, ...options });

/** A source whose answers come when they are told to. */
function source() {
  const calls: PromiseWithResolvers<string>[] = [];
  const load = async (): Promise<Loaded<string>> => {
    const at = time;
    const call = Promise.withResolvers<string>();
    calls.push(call);
    return { value: await call.promise, at };
  };
  return { calls, load };
}
const known = (value: string) => () => Promise.resolve({ value, at: time });

describe('a value', () => {
  it('is loaded once for all who ask at the same time, and then kept', async () => {
    const memory = newMemory();
    const { calls, load } = source();
    const asked = [memory.get('a', load), memory.get('a', load), memory.get('a', load)];
    calls[0]?.resolve('one');
    expect(await Promise.all(asked)).toEqual(['one', 'one', 'one']);
    expect(await memory.get('a', load)).toBe('one');
    expect(calls).toHaveLength(1);
  });

  it('ages from before its load began, and is never given beyond the bound', async () => {
    const memory = newMemory();
    const { calls, load } = source();
    const asked = memory.get('a', load);
    time += BOUND * 0.8;
    calls[0]?.resolve('old');
    expect(await asked).toBe('old');
    expect(memory.peek('a')).toBe('old');
    time += BOUND * 0.2;
    expect(memory.peek('a')).toBeUndefined();
    expect(await memory.get('a', known('new'))).toBe('new');
  });

  it('whose load failed is not kept; all who waited are told', async () => {
    const memory = newMemory();
    const { calls, load } = source();
    const asked = [memory.get('a', load), memory.get('a', load)];
    calls[0]?.reject(new Error('no'));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect(await memory.get('a', known('yes'))).toBe('yes');
  });

  it('that is forgotten while it is loaded is not kept', async () => {
    const memory = newMemory();
    const { calls, load } = source();
    const asked = memory.get('a', load);
    memory.forget('a');
    const again = memory.get('a', known('new'));
    calls[0]?.resolve('old');
    expect(await asked).toBe('old');
    expect(await again).toBe('new');
    expect(memory.peek('a')).toBe('new');
  });

  it('that takes longer than the bound to load is loaded anew by who comes then', async () => {
    const memory = newMemory();
    const { calls, load } = source();
    void memory.get('a', load);
    time += BOUND;
    expect(await memory.get('a', known('new'))).toBe('new');
    calls[0]?.resolve('old');
    await Promise.resolve();
    expect(memory.peek('a')).toBe('new');
  });

  it('is forgotten by its tags, also while it is loaded', async () => {
    const memory = newMemory();
    await memory.get('a', known('a'), ['red', 'round']);
    await memory.get('b', known('b'), ['red']);
    const { calls, load } = source();
    const asked = memory.get('c', load, ['round']);
    memory.forgetWhere((tags) => tags.includes('round'));
    calls[0]?.resolve('c');
    await asked;
    expect(['a', 'b', 'c'].map((key) => memory.peek(key))).toEqual([undefined, 'b', undefined]);
  });
});

describe('a value that is no longer fresh', () => {
  const FRESH = 1_000;

  it('is given at once, and loaded anew beside, once', async () => {
    const memory = newMemory({ freshMs: FRESH });
    await memory.get('a', known('old'));
    time += FRESH;
    const { calls, load } = source();
    expect(await memory.get('a', load)).toBe('old');
    expect(await memory.get('a', load)).toBe('old');
    expect(calls).toHaveLength(1);
    calls[0]?.resolve('new');
    await expect.poll(() => memory.peek('a')).toBe('new');
  });

  it('is still given where the load fails, until the bound', async () => {
    const memory = newMemory({ freshMs: FRESH });
    await memory.get('a', known('old'));
    time += FRESH;
    const failing = () => Promise.reject(new Error('no'));
    expect(await memory.get('a', failing)).toBe('old');
    time += BOUND;
    await expect(memory.get('a', failing)).rejects.toThrow('no');
  });
});

it.each([
  ['a number', 50_000],
  ['a parameter, which is known only in an instance', () => 50_000],
])('keeps what was used last, within its bytes: %s', async (_, maxBytes) => {
  const memory = newMemory({ maxBytes });
  for (let n = 0; n < 100; n++) {
    await memory.get(`k${n}`, known('x'.repeat(1_000)));
    await memory.get('k0', known('never'));
  }
  expect(memory.bytes).toBeLessThanOrEqual(50_000);
  expect(memory.bytes).toBeGreaterThan(40_000);
  expect(memory.peek('k0')).toBe('x'.repeat(1_000));
  expect(memory.peek('k1')).toBeUndefined();
  expect(memory.peek('k99')).toBeDefined();
});

it('asks for its bytes when the first value comes: modules load before there are parameters', () => {
  const unknown = (): number => {
    throw new Error('not set');
  };
  expect(() => newMemory({ maxBytes: unknown })).not.toThrow();
});
