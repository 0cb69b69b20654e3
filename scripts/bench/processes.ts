import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { bin, ROOT, STATE } from '../lib/paths.ts';

/** What a process has used so far. */
export interface Used {
  reads: number;
  writes: number;
  deletes: number;
  requests: number;
  /** How long it had at least one request: the time that Cloud Run bills. */
  busyMs: number;
  /** The processor's time, from its start on. */
  cpuMs: number;
  /** The most memory that it had. */
  rssBytes: number;
}

export const NOTHING: Used = {
  reads: 0,
  writes: 0,
  deletes: 0,
  requests: 0,
  busyMs: 0,
  cpuMs: 0,
  rssBytes: 0,
};

export const sumOf = (parts: readonly Used[]): Used =>
  parts.reduce(
    (sum, part) => ({
      reads: sum.reads + part.reads,
      writes: sum.writes + part.writes,
      deletes: sum.deletes + part.deletes,
      requests: sum.requests + part.requests,
      busyMs: sum.busyMs + part.busyMs,
      cpuMs: sum.cpuMs + part.cpuMs,
      rssBytes: sum.rssBytes + part.rssBytes,
    }),
    NOTHING,
  );

/** What was used between two looks; memory is that of the later one. */
export const differenceOf = (after: Used, before: Used): Used => ({
  reads: after.reads - before.reads,
  writes: after.writes - before.writes,
  deletes: after.deletes - before.deletes,
  requests: after.requests - before.requests,
  busyMs: after.busyMs - before.busyMs,
  cpuMs: after.cpuMs - before.cpuMs,
  rssBytes: after.rssBytes,
});

/** What processes have used up to now, all together. */
export async function useOf(processes: readonly Process[]): Promise<Used> {
  // The last use is told within a moment.
  await setTimeout(1_000);
  return sumOf(processes.map((each) => each.used()));
}

/** A Node process whose use is measured, and that can be killed on the spot. */
export interface Process {
  used(): Used;
  /** Resolves when it listens; rejects when it ends before. */
  listening: Promise<void>;
  /** SIGKILL: it gets no chance to do anything. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

interface Report {
  isListening: boolean;
  used: Used;
}

const MARK = '@bench ';

/**
 * Starts a Node program. It ends when this process does, in whatever way: `host.cjs` sees to it,
 * because supervisors that look after dozens of processes would take a part of the machine.
 */
export function startProcess(
  name: string,
  environment: Record<string, string>,
  args: string[],
): Process {
  const preload = join(import.meta.dirname, 'host.cjs');
  const child = spawn(process.execPath, ['--require', preload, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment, NODE_ENV: 'production' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let last: Report | undefined;
  const listening = Promise.withResolvers<undefined>();
  const log = createWriteStream(join(STATE, `bench-${name}.log`));
  child.stderr.pipe(log);
  createInterface(child.stdout).on('line', (line) => {
    if (!line.startsWith(MARK)) {
      log.write(`${line}\n`);
      return;
    }
    last = JSON.parse(line.slice(MARK.length)) as Report;
    if (last.isListening) listening.resolve(undefined);
  });
  const ended = once(child, 'exit');
  void ended.then(() => listening.reject(new Error(`${name} ended; see ${String(log.path)}`)));
  // Who does not wait for it does not mind.
  listening.promise.catch(() => undefined);
  return {
    used: () => last?.used ?? NOTHING,
    listening: listening.promise,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Hosts a deployed function on a port, in a process of its own, as Cloud Run does. */
export const startFunction = (
  target: string,
  name: string,
  port: number,
  environment: Record<string, string>,
): Process =>
  startProcess(name, { ...environment, FUNCTION_TARGET: target }, [
    bin('functions-framework'),
    ...['--source', join(ROOT, 'functions'), '--target', target, '--port', String(port)],
  ]);
