// Measures the product against what people write and against what is possible, in the same run:
//   npm run bench -- [name…] [--json FILE] [--rtt MS] [--rounds N]
import { writeFileSync } from 'node:fs';
import { BENCHMARKS } from './bench/benchmarks.ts';
import { readOptions } from './bench/options.ts';
import { openSession } from './bench/session.ts';
import { entriesTable, machine } from './bench/table.ts';
import type { Entry } from './bench/types.ts';
import { build } from './lib/build.ts';
import { run } from './lib/fail.ts';

await run(async () => {
  const options = readOptions(process.argv.slice(2));
  const session = openSession(options);
  const on = machine();
  const at = Date.now();
  console.log(`${on.cpu}, ${on.cores} cores, ${on.memoryGiB} GiB, Node ${on.node}, ${on.platform}`);
  const entries: Entry[] = [];
  session.progress.show('Compiling the functions …');
  // The benchmarks import what it makes.
  build();
  try {
    for (const name of options.names) {
      const benchmark = await BENCHMARKS[name]?.();
      if (!benchmark) continue;
      const result = await benchmark.run(session.contextFor(name));
      session.progress.clear();
      console.log(
        `\n${name}: ${benchmark.summary}\n\n${result.table ?? entriesTable(result.entries)}`,
      );
      for (const note of result.notes ?? []) console.log(`\n${note}`);
      entries.push(...result.entries.map((entry) => ({ ...entry, name: `${name} ${entry.name}` })));
    }
    if (options.json) {
      writeFileSync(options.json, `${JSON.stringify({ at, machine: on, entries }, null, 2)}\n`);
    }
    return 0;
  } finally {
    await session.stop();
  }
});
