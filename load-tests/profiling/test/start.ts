import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { openByPid } from '../target/open.ts';
import type { Job, Target } from '../types.ts';

type Kind = 'hot' | 'leak' | 'steady' | 'block';

/** Starts the subject, which ends with the test, and waits until it runs. */
export async function startSubject(test: TestContext, kind: Kind): Promise<number> {
  // The profiler does not know loops that were optimised, nor calls inlined, before it began.
  const known = ['--no-use-osr', '--no-turbo-inlining', '--no-maglev-inlining'];
  const args = [...known, join(import.meta.dirname, 'subject.cjs'), kind];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    // Several tests have inspectors open at once.
    env: { ...process.env, NODE_OPTIONS: '--inspect-port=0' },
  });
  test.onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid as number;
}

/** A target with its inspector open, closed again with the test. */
export async function openSubject(test: TestContext, kind: Kind): Promise<Target> {
  const target = await openByPid(await startSubject(test, kind), kind);
  test.onTestFinished(() => target.release());
  return target;
}

export const jobOf = (target: Target, folder: string, job: Partial<Job> = {}): Job => ({
  target,
  seconds: 1,
  every: 0.2,
  stop: target.session.ending,
  say: () => undefined,
  file: (ending) => join(folder, `subject${ending}`),
  ...job,
});
