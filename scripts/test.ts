// Runs every test: unit and emulator tests with vitest, then the demo's scenario on the full stack.
import { spawnSync } from 'node:child_process';
import { run } from './lib/fail.ts';
import { bin, ROOT } from './lib/paths.ts';
import { startStack, stopOnSignals } from './lib/stack.ts';

await run(async () => {
  const filters = process.argv.slice(2);
  const stack = await startStack({ projectId: 'demo-recado-test', withFunctions: true, say: console.log });
  stopOnSignals(stack);
  try {
    const vitest = spawnSync(bin('vitest'), ['run', ...filters], {
      cwd: ROOT,
      stdio: 'inherit',
      env: { ...process.env, ...stack.environment },
    });
    return vitest.status ?? 1;
  } finally {
    await stack.stop();
  }
});
