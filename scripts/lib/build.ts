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
  const options = { cwd: ROOT, stdio: 'inherit' } as const;
  const compiled = spawnSync(bin('tsc'), ['-p', 'functions/tsconfig.build.json'], options);
  if (compiled.status !== 0) throw new UserError('functions/ does not compile; see above.');
  const bundler = join(import.meta.dirname, 'bundleLibraries.ts');
  const bundled = spawnSync(process.execPath, [bundler], options);
  if (bundled.status !== 0) throw new UserError('Libraries could not be bundled; see above.');
}
