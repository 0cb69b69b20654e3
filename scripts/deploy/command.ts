import { spawn } from 'node:child_process';
import { firebaseEnvironment } from '../doctor/firebaseCli.ts';
import { UserError } from '../lib/fail.ts';
import { ROOT } from '../lib/paths.ts';

/** Runs a command in front of the user, who may be asked something; ends the deploy if it fails. */
export async function runCommand([program = '', ...args]: string[], failed: string): Promise<void> {
  const code = await new Promise<number>((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, env: firebaseEnvironment(), stdio: 'inherit' });
    child.once('error', reject);
    child.once('exit', (exitCode) => resolve(exitCode ?? 1));
  });
  if (code !== 0)
    throw new UserError(`${[program, ...args].join(' ')} failed; see above. ${failed}`);
}
