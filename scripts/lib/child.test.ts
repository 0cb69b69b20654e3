import { spawn } from 'node:child_process';
import { mkdtempSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'recado-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function waitFor<T>(probe: () => T | undefined): Promise<T> {
  for (;;) {
    const value = probe();
    if (value !== undefined) return value;
    await setTimeout(20);
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('a supervised program', () => {
  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'ends with everything it started when its owner gets %s',
    async (signal) => {
      const pids = join(folder, `pids-${signal}`);
      // Like the emulators: it ignores orders to end, and starts a program that detaches itself.
      const stubborn = join(folder, `stubborn-${signal}.mjs`);
      writeFileSync(
        stubborn,
        `import { spawn } from 'node:child_process';
         import { writeFileSync } from 'node:fs';
         const idle = 'setInterval(() => {}, 1000)';
         const detached = spawn(process.execPath, ['-e', idle], { detached: true, stdio: 'ignore' });
         process.on('SIGINT', () => process.exit(0));
         setInterval(() => {}, 1000);
         setTimeout(() => writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + detached.pid), 2500);`,
      );
      const owner = join(folder, `owner-${signal}.mjs`);
      writeFileSync(
        owner,
        `import { startChild } from ${JSON.stringify(join(import.meta.dirname, 'child.ts'))};
         startChild(process.execPath, [${JSON.stringify(stubborn)}], { logFile: ${JSON.stringify(join(folder, 'log'))} });
         setInterval(() => {}, 1000);`,
      );

      const child = spawn(process.execPath, [owner], { stdio: 'ignore' });
      const running = await waitFor(() =>
        existsSync(pids) && readFileSync(pids, 'utf8').includes(' ')
          ? readFileSync(pids, 'utf8').split(' ').map(Number)
          : undefined,
      );
      expect(running.map(isRunning)).toEqual([true, true]);
      child.kill(signal);
      await waitFor(() => (running.some(isRunning) ? undefined : true));
    },
  );
});
