import { spawnSync } from 'node:child_process';
import { bin, ROOT } from './lib/paths.ts';

spawnSync(bin('prettier'), ['--write', '--log-level', 'warn', '.'], {
  cwd: ROOT,
  stdio: 'inherit',
});
