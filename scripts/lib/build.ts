import { spawnSync } from 'node:child_process';
import { UserError } from './fail.ts';
import { bin, ROOT } from './paths.ts';

/** Compiles functions/ to functions/lib. */
export function build(): void {
  const result = spawnSync(bin('tsc'), ['-p', 'functions/tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new UserError('functions/ does not compile; see above.');
}
