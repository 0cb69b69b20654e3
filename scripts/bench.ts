// Measures the product against what people write and against what is possible, in the same run:
//   npm run bench -- [name…] [--json FILE] [--rtt MS] [--rounds N]
import { writeFileSync } from 'node:fs';
import { BENCHMARKS } from './bench/benchmarks.ts';
import { readOptions } from './bench/options.ts';
import { createProgress } from './bench/progress.ts';
import { entriesTable, machine } from './bench/table.ts';
import type { Context, Entry } from './bench/types.ts';
import { build } from './lib/build.ts';
import { run } from './lib/fail.ts';
import { startStack, stopOnSignals, type Stack } from './lib/stack.ts';

await run(async () => {
  const options = readOptions(process.argv.slice(2));
  const progress = createProgress();
  let stack: Promise<Stack> | undefined;
  const context: Omit<Context, 'progress'> = {
    rounds: (own) => options.rounds ?? own,
    rttMs: options.rttMs,
    stack: () =>
      (stack ??= startStack({
        projectId: 'demo-recado-bench',
        // The Cloud Tasks emulator does not start without them.
        withFunctions: true,
        isBuilt: true,
        say: progress.show,
      }).then((started) => {
        stopOnSignals(started);
        Object.assign(process.env, started.environment);
        return started;
      })),
  };

  const on = machine();
  console.log(`${on.cpu}, ${on.cores} cores, ${on.memoryGiB} GiB, Node ${on.node}, ${on.platform}`);
  const entries: Entry[] = [];
  progress.show('Compiling the functions …');
  // The benchmarks import what it makes.
  build();
  try {
    for (const name of options.names) {
      const benchmark = await BENCHMARKS[name]?.();
      if (!benchmark) continue;
      const result = await benchmark.run({
        ...context,
        progress: (text) => progress.show(`${name} ${text}`),
      });
      progress.clear();
      console.log(
        `\n${name}: ${benchmark.summary}\n\n${result.table ?? entriesTable(result.entries)}`,
      );
      for (const note of result.notes ?? []) console.log(`\n${note}`);
      entries.push(...result.entries.map((entry) => ({ ...entry, name: `${name} ${entry.name}` })));
    }
    if (options.json) {
      writeFileSync(options.json, `${JSON.stringify({ machine: on, entries }, null, 2)}\n`);
    }
    return 0;
  } finally {
    await stack?.then((started) => started.stop());
  }
});
