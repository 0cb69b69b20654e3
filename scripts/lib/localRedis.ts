import { join } from 'node:path';
import { startChild } from './child.ts';
import { LOCAL } from './localConfig.ts';
import { ROOT, STATE } from './paths.ts';
import { freePorts } from './ports.ts';
import { HOW_TO_GET_REDIS, redisIsInstalled, startRedisServer } from './redisServer.ts';

/** A Redis behind Upstash's REST protocol. */
export interface LocalRedis {
  /** Where it speaks REST, with the token of local stacks. */
  url: string;
  /** Where redis-server itself listens, and its process. */
  port: number;
  pid: number;
  stop(): Promise<void>;
}

const DEFAULT_PORT = 8079;
const START_TIMEOUT_MS = 10_000;

/**
 * Starts a Redis with its bridge, where the machine has a redis-server. Nothing needs it: without,
 * caches are per instance, which is said once.
 */
export async function startLocalRedis(
  say: (line: string) => void,
): Promise<LocalRedis | undefined> {
  if (!redisIsInstalled()) {
    say(`Caches and limits are kept per instance. ${HOW_TO_GET_REDIS}`);
    return undefined;
  }
  const redis = await startRedisServer();
  const { port } = await freePorts({ port: DEFAULT_PORT });
  const ready = Promise.withResolvers<'ready'>();
  const bridge = startChild(
    process.execPath,
    [
      join(ROOT, 'scripts', 'redis-bridge', 'main.ts'),
      ...['--port', String(port), '--redis-port', String(redis.port)],
      ...['--token', LOCAL.redisToken],
    ],
    {
      logFile: join(STATE, `redis-bridge-${port}.log`),
      onLine: (line) => {
        if (line.startsWith('Redis bridge on')) ready.resolve('ready');
      },
    },
  );
  const stop = async (): Promise<void> => {
    await bridge.stop();
    await redis.stop();
  };
  const late = new Promise<'late'>((resolve) =>
    setTimeout(resolve, START_TIMEOUT_MS, 'late').unref(),
  );
  if ((await Promise.race([ready.promise, bridge.ended, late])) !== 'ready') {
    await stop();
    throw new Error(`The Redis bridge did not start:\n${bridge.tail()}`);
  }
  return { url: `http://127.0.0.1:${port}`, port: redis.port, pid: redis.pid, stop };
}
