import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from './fail.ts';
import { bin, ROOT } from './paths.ts';

/**
 * Compiles functions/ to functions/lib. `anew`: without what older compilations left there, for a
 * deploy; not where something may be running from it.
 */
export function build({ anew = false } = {}): void {
  if (anew) rmSync(join(ROOT, 'functions', 'lib'), { recursive: true, force: true });
  const result = spawnSync(bin('tsc'), ['-p', 'functions/tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (result.status !== 0) throw new UserError('functions/ does not compile; see above.');
}
