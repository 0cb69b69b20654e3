// Formatting, lint, types, import rules, dead code: all of them, so that one run tells everything.
import { spawnSync } from 'node:child_process';
import { build } from './lib/build.ts';
import { run } from './lib/fail.ts';
import { bin, ROOT } from './lib/paths.ts';

const CHECKS: [string, string, string[]][] = [
  ['formatting', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['types of scripts', 'tsc', ['-p', 'tsconfig.json']],
  ['types of tests', 'tsc', ['-p', 'functions/tsconfig.json']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['import rules', 'depcruise', ['--config', '.dependency-cruiser.cjs', 'functions/src']],
  ['dead code', 'knip', []],
];

await run(() => {
  build();
  const failed = CHECKS.filter(([name, command, args]) => {
    console.log(`— ${name}`);
    const { status } = spawnSync(bin(command), args, { cwd: ROOT, stdio: 'inherit' });
    return status !== 0;
  });
  console.log(
    failed.length === 0
      ? '\nAll checks passed.'
      : `\nFailed: ${failed.map(([name]) => name).join(', ')}`,
  );
  return failed.length === 0 ? 0 : 1;
});
