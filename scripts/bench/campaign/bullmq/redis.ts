import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '../../../lib/child.ts';
import { STATE } from '../../../lib/paths.ts';
import { freePorts } from '../../../lib/ports.ts';

export interface RedisServer {
  port: number;
  stop(): Promise<void>;
}

export const HOW_TO_GET_REDIS =
  'No redis-server on the PATH, so nothing was compared with BullMQ. ' +
  '`apt-get install redis-server` (Debian, Ubuntu) or `brew install redis` (macOS) has it.';

export const hasRedis = (): boolean =>
  spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0;

const START_TIMEOUT_MS = 10_000;

/** Starts a Redis of its own, empty and in memory only. */
export async function startRedis(): Promise<RedisServer> {
  const { port } = await freePorts({ port: 0 });
  const folder = mkdtempSync(join(tmpdir(), 'recado-redis-'));
  const ready = Promise.withResolvers<'ready'>();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const memoryOnly = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const child = startChild('redis-server', [...options, ...memoryOnly], {
    logFile: join(STATE, 'bench-redis.log'),
    onLine(line) {
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
  return { port, stop };
}
