import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../lib/paths.ts';
import { measure } from '../rounds.ts';
import type { Benchmark, Context, Figure, Sample, Trial } from '../types.ts';
import { bareFunction } from './bare.ts';
import { deployedFunctions, type DeployedFunction } from './functions.ts';
import { launch, type Source } from './launch.ts';
import { modulesTable } from './modules.ts';
import { NEEDS, usesOf } from './uses.ts';

/** 1.25 times the start of the bare function that needs the same services. */
const SHARE = 1 / 1.25;
const FIGURES: readonly Figure[] = [
  { name: 'ready', unit: 'ms', better: 'lower', goals: [{ of: 'limit', atLeast: SHARE }] },
  { name: 'memory', unit: 'MiB', better: 'lower', goals: [{ of: 'limit', atLeast: SHARE }] },
];

/** From the start of the process until the host listens, for every deployed function. */
export const coldstart: Benchmark = {
  summary:
    'from the start of the process until the host listens; baseline: a bare function of the same ' +
    'trigger; limit: one that opens the same services as well',
  async run(context) {
    const functions = await deployedFunctions();
    const cache = mkdtempSync(join(tmpdir(), 'recado-compile-cache-'));
    try {
      const trials = functions.map((each) => trialOf(each));
      const cached = functions
        .filter(({ target }) => target === 'whatsappWebhook' || target === 'messages.send')
        .map((each) => trialOf(each, { NODE_COMPILE_CACHE: cache }));
      const entries = await measure(context, [...trials, ...cached], 7);
      return { entries, notes: await modulesNotes(context, functions) };
    } finally {
      rmSync(cache, { recursive: true, force: true });
    }
  },
};

function trialOf(deployed: DeployedFunction, environment: Record<string, string> = {}): Trial {
  const { target, kind } = deployed;
  const run = (source: Source) => async (): Promise<Sample> => {
    const { ms, rss } = await launch(source, environment);
    return { ready: ms, memory: rss / 2 ** 20 };
  };
  return {
    name: 'NODE_COMPILE_CACHE' in environment ? `${target}, compile cache` : target,
    figures: FIGURES,
    value: run(sourceOf(deployed)),
    baseline: run(bareFunction(kind, [])),
    limit: run(bareFunction(kind, NEEDS[target] ?? [])),
    // Files come from the disk's cache, as from an image that was just unpacked.
    warmUp: ['value', 'baseline', 'limit'],
  };
}

const sourceOf = ({ target, kind }: DeployedFunction): Source => ({
  folder: join(ROOT, 'functions'),
  target,
  kind,
});

/** Which packages cost what; functions that load the same ones are shown once. */
async function modulesNotes(
  context: Context,
  functions: readonly DeployedFunction[],
): Promise<string[]> {
  const groups = new Map<string, { targets: string[]; table: string }>();
  const wrong: string[] = [];
  for (const deployed of functions) {
    const { target } = deployed;
    context.progress(`modules of ${target}`);
    const { modules, loaded } = await launch(sourceOf(deployed), { RECADO_BENCH_MODULES: '1' });
    const uses = usesOf(loaded);
    const unneeded = uses.filter((use) => !NEEDS[target]?.includes(use));
    if (unneeded.length > 0) wrong.push(`${target} loads ${unneeded.join(', ')} without need ✗`);
    const group = groups.get(`${deployed.kind}: ${uses.join(', ')}`);
    if (group) group.targets.push(target);
    else {
      const key = `${deployed.kind}: ${uses.join(', ')}`;
      groups.set(key, { targets: [target], table: modulesTable('', modules) });
    }
  }
  const tables = [...groups].map(
    ([uses, { targets, table }]) => `${targets.join(', ')} (${uses})${table}`,
  );
  return [
    wrong.length > 0 ? wrong.join('\n') : 'No function loads a client that it does not use ✓',
    ...tables,
  ];
}
