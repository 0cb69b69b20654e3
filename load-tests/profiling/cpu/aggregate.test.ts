import { describe, expect, it } from 'vitest';
import { aggregate, type CpuProfile } from './aggregate.ts';
import { flamePage } from './flame.ts';
import { originOf } from './origin.ts';

const frame = (functionName: string, url = '', lineNumber = -1) => ({
  functionName,
  url,
  lineNumber,
});

/** a calls b, which calls a again; 10 ms a sample. */
const PROFILE: CpuProfile = {
  nodes: [
    { id: 1, callFrame: frame('(root)'), children: [2, 3, 6] },
    { id: 2, callFrame: frame('(idle)') },
    { id: 3, callFrame: frame('a', '/p/functions/lib/a.js', 4), children: [4] },
    { id: 4, callFrame: frame('b', '/p/node_modules/zod/b.js', 0), children: [5] },
    { id: 5, callFrame: frame('a', '/p/functions/lib/a.js', 4) },
    { id: 6, callFrame: frame('(garbage collector)') },
  ],
  startTime: 0,
  endTime: 60_000,
  samples: [2, 3, 4, 5, 5, 6],
  timeDeltas: [0, 10_000, 10_000, 10_000, 10_000, 10_000],
};

describe('the sums of a CPU profile', () => {
  it('are by function; one that calls itself counts once, and idle time not at all', () => {
    const { functions, busyMs, idleMs, seconds } = aggregate(PROFILE);
    expect({ busyMs, idleMs, seconds }).toEqual({ busyMs: 50, idleMs: 10, seconds: 0.06 });
    expect(functions.map(({ name, selfMs, totalMs }) => [name, selfMs, totalMs])).toEqual([
      ['a', 30, 40],
      ['b', 10, 30],
      ['(garbage collector)', 10, 10],
    ]);
  });

  it('are by whose code it is', () => {
    const { owners } = aggregate(PROFILE);
    expect(owners.find(({ owner }) => owner === 'zod')).toEqual({ owner: 'zod', selfMs: 10 });
    expect(owners.find(({ owner }) => owner === 'gc')).toEqual({ owner: 'gc', selfMs: 10 });
  });

  it('are a tree, in which the parts of a frame are never more than itself', () => {
    const { root } = aggregate(PROFILE);
    expect(root.totalMs).toBe(50);
    expect(root.children.map(({ name, totalMs }) => [name, totalMs])).toEqual([
      ['a', 40],
      ['(garbage collector)', 10],
    ]);
  });

  it('take a clock that went back as standing still', () => {
    const { busyMs } = aggregate({
      ...PROFILE,
      timeDeltas: [0, 10_000, -5, 10_005, 10_000, 10_000],
    });
    expect(busyMs).toBeGreaterThan(0);
  });

  it('of a profile without samples are nothing', () => {
    const { functions, busyMs } = aggregate({ nodes: [], startTime: 0, endTime: 0 });
    expect({ functions, busyMs }).toEqual({ functions: [], busyMs: 0 });
  });
});

it.each([
  ['file:///p/functions/lib/messages/send.js', 'recado', 'functions/lib/messages/send.js:5'],
  ['/p/node_modules/@grpc/grpc-js/build/call.js', '@grpc/grpc-js', '@grpc/grpc-js/build/call.js:5'],
  ['/p/node_modules/a/node_modules/b/i.js', 'b', 'b/i.js:5'],
  ['node:internal/http', 'node', 'node:internal/http:5'],
  ['file:///elsewhere/x.js', 'other', '/elsewhere/x.js:5'],
  ['', 'native', ''],
  ['evalmachine.<anonymous>', 'other', 'evalmachine.<anonymous>:5'],
])('a frame of %s is owned by %s', (url, owner, at) => {
  expect(originOf(frame('f', url, 4), '/p')).toEqual({ owner, name: 'f', at });
});

describe('the flame graph', () => {
  const hostile: CpuProfile = {
    ...PROFILE,
    nodes: PROFILE.nodes.map((node) =>
      node.id === 4 ? { ...node, callFrame: frame('</script><script>alert(1)</script>') } : node,
    ),
  };
  const page = flamePage('<b>x</b>', aggregate(hostile));

  it('takes names as text, wherever they come from', () => {
    expect(page).not.toContain('<b>x');
    expect(page).not.toContain('<script>alert');
  });

  it('loads nothing, and has the frames as data', () => {
    expect(page).not.toMatch(/(src|href)=/);
    const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page)?.[1];
    type Drawn = [string, string, string, number, number, Drawn[]];
    const [name, , , , total, calls] = JSON.parse(data ?? '') as Drawn;
    expect([name, total, calls[0]?.[0]]).toEqual(['all', 50, 'a']);
    expect(calls[0]?.[5][0]?.[0]).toBe('</script><script>alert(1)</script>');
  });
});
