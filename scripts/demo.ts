// Starts the local stack, plays the scenario, checks it, and ends with one line of JSON.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './lib/fail.ts';
import { STATE } from './lib/paths.ts';
import { startStack, stopOnSignals } from './lib/stack.ts';
import { runScenario } from './demo/scenario.ts';

await run(async () => {
  const queryLog = join(STATE, 'queries-demo.jsonl');
  rmSync(queryLog, { force: true });
  const stack = await startStack({
    projectId: 'demo-recado-demo',
    withFunctions: true,
    environment: { RECADO_QUERY_LOG: queryLog },
    say: console.log,
  });
  stopOnSignals(stack);
  Object.assign(process.env, stack.environment);
  try {
    const result = await runScenario(stack);
    await stack.stop();
    console.log(JSON.stringify(result));
    return result.ok ? 0 : 1;
  } finally {
    await stack.stop();
  }
});
