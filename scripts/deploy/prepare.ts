import { discoverFunctions, type Manifest } from '../doctor/manifest.ts';
import { build } from '../lib/build.ts';
import { runCommand } from './command.ts';

/** Makes what is deployed, and gives what a deploy will find in it. */
export async function prepare(projectId: string, { check }: { check: boolean }): Promise<Manifest> {
  if (check) await runCommand(['npm', 'run', 'check'], 'Nothing was deployed.');
  build({ anew: true });
  return discoverFunctions(projectId);
}
