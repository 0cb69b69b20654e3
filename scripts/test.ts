// Every test: unit and emulator tests with vitest, then the demo's scenario on the same stack, then
// the proof that each query they issued has its index. Arguments narrow it to matching test files.
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './lib/fail.ts';
import { bin, ROOT, STATE } from './lib/paths.ts';
import { startStack, stopOnSignals } from './lib/stack.ts';
import { runScenario } from './demo/scenario.ts';

await run(async () => {
  const filters = process.argv.slice(2);
  const queryLog = join(STATE, 'queries-test.jsonl');
  rmSync(queryLog, { force: true });
  const stack = await startStack({
    projectId: 'demo-recado-test',
    withFunctions: true,
    environment: { RECADO_QUERY_LOG: queryLog },
    say: console.log,
  });
  stopOnSignals(stack);
  Object.assign(process.env, stack.environment);
  try {
    const failed = (await command(bin('vitest'), ['run', ...filters])) !== 0;
    if (failed || filters.length > 0) return failed ? 1 : 0;

    const { ok } = await runScenario(stack);
    const indexes = await command(process.execPath, [
      join(ROOT, 'scripts', 'indexes-check.ts'),
      ...['--log', queryLog],
    ]);
    return ok && indexes === 0 ? 0 : 1;
  } finally {
    await stack.stop();
  }
});

function command(program: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' });
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
}
