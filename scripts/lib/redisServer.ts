import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from './child.ts';
import { STATE } from './paths.ts';
import { freePorts } from './ports.ts';

export interface RedisServer {
  port: number;
  /** Of redis-server itself. */
  pid: number;
  /** Resolves when it has ended. */
  ended: Promise<number>;
  stop(): Promise<void>;
}

export const HOW_TO_GET_REDIS =
  'No redis-server on the PATH: `apt-get install redis-server` (Debian, Ubuntu) or `brew install redis` (macOS) has it.';

/** Whether this machine has a redis-server. */
export const redisIsInstalled = (): boolean =>
  spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

const START_TIMEOUT_MS = 10_000;

/**
 * Starts a Redis of its own, empty and in memory only.
 *
 * @param port any that is free, if left out
 */
export async function startRedisServer(port?: number): Promise<RedisServer> {
  const chosen = port ?? (await freePorts({ port: 0 })).port;
  const folder = mkdtempSync(join(tmpdir(), 'recado-redis-'));
  const ready = Promise.withResolvers<'ready'>();
  let pid = 0;
  mkdirSync(STATE, { recursive: true });
  const options = ['--port', String(chosen), '--bind', '127.0.0.1', '--dir', folder];
  const memoryOnly = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = startChild('redis-server', [...options, ...memoryOnly], {
    logFile: join(STATE, `redis-${chosen}.log`),
    onLine(line) {
      // Each line of its log begins with its process id and role.
      pid ||= Number(/^(\d+):M /.exec(line)?.[1] ?? 0);
      if (line.includes('Ready to accept connections')) ready.resolve('ready');
    },
  });
  const stop = async (): Promise<void> => {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  const late = new Promise<'late'>((resolve) =>
    setTimeout(resolve, START_TIMEOUT_MS, 'late').unref(),
  );
  if ((await Promise.race([ready.promise, child.ended, late])) !== 'ready') {
    await stop();
    throw new Error(`redis-server did not start:\n${child.tail()}`);
  }
  return { port: chosen, pid, ended: child.ended, stop };
}
