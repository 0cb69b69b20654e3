import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.ts';

export interface Child {
  /** Resolves with the exit code when it has ended and left nothing behind. */
  ended: Promise<number>;
  stop(): Promise<void>;
  /** The last lines of its output, for an error message. */
  tail(): string;
}

interface Options {
  environment?: Record<string, string | undefined>;
  /** Where its output is kept. */
  logFile: string;
  onLine?: (line: string) => void;
}

/** Starts a program that is ended, with all that it started, when this process ends in any way. */
export function startChild(command: string, args: string[], options: Options): Child {
  const supervisor = join(ROOT, 'scripts', 'lib', 'supervisor.mjs');
  const child: ChildProcess = spawn(process.execPath, [supervisor, command, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const log = createWriteStream(options.logFile);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      log.write(chunk);
      const parts = (rest + chunk).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        if (lines.length > 40) lines.shift();
        options.onLine?.(line);
      }
    });
  }
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  return {
    ended,
    tail: () => lines.join('\n'),
    async stop() {
      child.stdin?.end();
      await ended;
      log.end();
    },
  };
}
