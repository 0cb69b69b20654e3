import { getHeapSnapshot } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import { holdersOf } from './holders.ts';
import { tally, type Amount } from './tally.ts';
import { trendOf } from './trend.ts';

const NODE_TYPES = ['hidden', 'array', 'string', 'object', 'code', 'closure', 'synthetic'];
const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'weak'];
const STRINGS = ['<dummy>', 'Thing', 'Ünï "quoted" [x]\n', 'held', '(GC roots)', 'weakly'];
const FIELDS = 6;

/** As V8 writes it. Objects: root, Map-like holder, two Things, a string. */
function file(): string {
  const nodes = [
    // type, name, id, self size, edges, detachedness
    [6, 4, 1, 0, 2, 0],
    [3, 2, 3, 100, 1, 0],
    [3, 1, 5, 40, 0, 0],
    [3, 1, 7, 60, 0, 0],
    [2, 5, 8, 16, 0, 0],
  ];
  const edges = [
    [4, 5, 2 * FIELDS],
    [1, 3, 1 * FIELDS],
    [2, 3, 3 * FIELDS],
  ];
  const meta = {
    node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
    node_types: [NODE_TYPES, 'string', 'number', 'number', 'number', 'number'],
    edge_fields: ['type', 'name_or_index', 'to_node'],
    edge_types: [EDGE_TYPES, 'string_or_number', 'node'],
  };
  const header = JSON.stringify({ meta, node_count: nodes.length, edge_count: edges.length });
  return (
    `{"snapshot":${header},\n"nodes":[${nodes.join('\n,')}],\n"edges":[${edges.join('\n,')}],\n` +
    `"trace_function_infos":[],\n"trace_tree":[],\n"samples":[],\n"locations":[0,1,2,3],\n` +
    `"strings":[${STRINGS.map((text) => JSON.stringify(text)).join(',\n')}]}`
  );
}

const cut = (size: number): Buffer[] => {
  const whole = Buffer.from(file());
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, n) =>
    whole.subarray(n * size, (n + 1) * size),
  );
};

describe('a heap snapshot', () => {
  it.each([1, 2, 3, 7, 64, 100_000])('is counted, in pieces of %d bytes', async (size) => {
    const { byConstructor, inRange, total, lastId } = await tally(cut(size), [4, 6]);
    expect(Object.fromEntries(byConstructor)).toEqual({
      Thing: { count: 2, size: 100 },
      'Ünï "quoted" [x]\n': { count: 1, size: 100 },
      '(string)': { count: 1, size: 16 },
    });
    expect(Object.fromEntries(inRange)).toEqual({ Thing: { count: 1, size: 40 } });
    expect({ ...total, lastId }).toEqual({ count: 4, size: 216, lastId: 7 });
  });

  it('that is not whole is refused', async () => {
    await expect(tally(cut(64).slice(0, -1))).rejects.toThrow('not whole');
  });

  it('tells what holds an object, by strong references only', async () => {
    const holders = await holdersOf(cut(50), ['Thing'], [4, 9]);
    expect(holders.get('Thing')).toBe('Ünï "quoted" [x]\n.held → Thing');
    expect(await holdersOf(cut(50), ['Thing'], [4, 6])).toEqual(new Map());
  });

  it('of this process has what is in it', async () => {
    class Findable {
      word = 'x';
    }
    const held = Array.from({ length: 321 }, () => new Findable());
    const { byConstructor } = await tally(getHeapSnapshot() as AsyncIterable<Buffer>);
    expect(byConstructor.get('Findable')?.count).toBe(held.length);
  });
});

describe('three snapshots beside each other', () => {
  const counted = (amounts: Record<string, number>): Map<string, Amount> =>
    new Map(Object.entries(amounts).map(([name, count]) => [name, { count, size: count * 10 }]));
  const judge = (name: string, [a, b, c]: number[], kept: number) =>
    compare([
      { byConstructor: counted({ [name]: a! }) },
      { byConstructor: counted({ [name]: b! }) },
      { byConstructor: counted({ [name]: c! }), inRange: counted({ [name]: kept }) },
    ])[0];

  it.each([
    ['a leak', 'Session', [100, 300, 500], 200, true],
    ['a leak that began with nothing', 'Session', [0, 50, 100], 50, true],
    ['a cache that fills up', 'Entry', [0, 1_000, 1_030], 1_000, false],
    ['requests under way, others each time', 'Object', [22_000, 27_000, 30_000], 93, false],
    ['what the engine makes by itself', '(compiled code)', [1_000, 2_000, 3_000], 1_000, false],
    ['noise', 'Socket', [3, 5, 8], 2, false],
  ])('%s', (_, name, counts, kept, isSuspect) => {
    expect(judge(name, counts, kept)).toMatchObject({ name, counts, isSuspect });
  });

  it('what shrank in a step is not told at all', () => {
    expect(judge('Wave', [100, 300, 200], 150)).toBeUndefined();
  });
});

describe('the trend of memory', () => {
  const MB = 1_024 * 1_024;
  const points = (...megabytes: number[]) => megabytes.map((y, x) => ({ x, y: y * MB }));

  it.each([
    ['a leak', points(40, 41, 42, 43, 44, 45), 'grows'],
    ['a leak with waves', points(40, 43, 42, 45, 44, 47, 46, 49, 48), 'grows'],
    ['waves alone', points(40, 44, 40, 44, 40, 44, 40, 44, 40), 'steady'],
    ['a warm-up', points(20, 35, 40, 40.1, 40, 40.1, 40.1, 40, 40.1), 'steady'],
    ['one odd sample', points(40, 40, 40, 40, 40, 90), 'steady'],
    ['what falls', points(45, 44, 43, 42, 41, 40), 'steady'],
    ['five samples', points(40, 41, 42, 43, 44), 'too few samples'],
    ['none', [], 'too few samples'],
  ])('%s', (_, samples, verdict) => {
    expect(trendOf(samples).verdict).toBe(verdict);
  });

  it('has the slope of the fitted line, a minute', () => {
    expect(trendOf(points(1, 2, 3, 4, 5, 6)).perMinute / MB).toBeCloseTo(60);
  });
});
