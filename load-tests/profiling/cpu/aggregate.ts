import { originOf, type CallFrame, type Origin } from './origin.ts';

/** What `Profiler.stop` gives, and a .cpuprofile has; times in microseconds. */
export interface CpuProfile {
  nodes: { id: number; callFrame: CallFrame; children?: number[] }[];
  startTime: number;
  endTime: number;
  samples?: number[];
  timeDeltas?: number[];
}

/** A frame of the flame graph: a function as it was called from those above it. */
export interface Frame extends Origin {
  selfMs: number;
  totalMs: number;
  children: Frame[];
}

/** A function, wherever it was called from. */
export interface FunctionTime extends Origin {
  selfMs: number;
  /** With what it called; a function that calls itself counts once. */
  totalMs: number;
}

export interface CpuSummary {
  seconds: number;
  busyMs: number;
  idleMs: number;
  /** By time of their own, without idle. */
  functions: FunctionTime[];
  owners: { owner: string; selfMs: number }[];
  /** Everything but idle. */
  root: Frame;
}

/** Sums a profile up by function, by whose code it is, and as a tree. Pure. */
export function aggregate(profile: CpuProfile): CpuSummary {
  const root = treeOf(profile, selfTimes(profile));
  const idleMs = sum(root.children.filter(({ owner }) => owner === 'idle'));
  root.children = root.children.filter(({ owner }) => owner !== 'idle');
  root.totalMs -= idleMs;
  const functions = functionsOf(root);
  const owners = new Map<string, number>();
  for (const { owner, selfMs } of functions) owners.set(owner, (owners.get(owner) ?? 0) + selfMs);
  return {
    seconds: (profile.endTime - profile.startTime) / 1e6,
    busyMs: root.totalMs,
    idleMs,
    functions,
    owners: [...owners]
      .map(([owner, selfMs]) => ({ owner, selfMs }))
      .sort((a, b) => b.selfMs - a.selfMs),
    root,
  };
}

/** Milliseconds by node: a sample lasts until the next one. */
function selfTimes({ samples = [], timeDeltas = [], startTime, endTime }: CpuProfile) {
  const times = new Map<number, number>();
  let at = startTime + (timeDeltas[0] ?? 0);
  for (const [index, node] of samples.entries()) {
    const next = index + 1 < samples.length ? at + (timeDeltas[index + 1] ?? 0) : endTime;
    // Clocks of processors differ by a little: some deltas are negative.
    times.set(node, (times.get(node) ?? 0) + Math.max(0, next - at) / 1_000);
    at = next;
  }
  return times;
}

function treeOf({ nodes }: CpuProfile, times: ReadonlyMap<number, number>): Frame {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const build = (id: number): Frame | undefined => {
    const node = byId.get(id);
    if (!node) return undefined;
    const children = (node.children ?? []).flatMap((child) => build(child) ?? []);
    const selfMs = times.get(id) ?? 0;
    const totalMs = selfMs + sum(children);
    return { ...originOf(node.callFrame), selfMs, totalMs, children };
  };
  const root = build(nodes[0]?.id ?? 0);
  return root ?? { owner: 'engine', name: '(root)', at: '', selfMs: 0, totalMs: 0, children: [] };
}

const sum = (frames: readonly Frame[]): number =>
  frames.reduce((total, { totalMs }) => total + totalMs, 0);

function functionsOf(root: Frame): FunctionTime[] {
  const functions = new Map<string, FunctionTime>();
  const underWay = new Set<FunctionTime>();
  const visit = ({ owner, name, at, selfMs, totalMs, children }: Frame): void => {
    const key = `${name}\n${at}`;
    const known = functions.get(key) ?? { owner, name, at, selfMs: 0, totalMs: 0 };
    functions.set(key, known);
    known.selfMs += selfMs;
    const isOutermost = !underWay.has(known);
    if (isOutermost) {
      known.totalMs += totalMs;
      underWay.add(known);
    }
    children.forEach(visit);
    if (isOutermost) underWay.delete(known);
  };
  root.children.forEach(visit);
  return [...functions.values()].sort((a, b) => b.selfMs - a.selfMs);
}
