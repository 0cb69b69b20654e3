import type { Redis } from 'ioredis';

/** Of all commands, as `INFO commandstats` counts them; a script's own commands are among them. */
export async function commandsOf(connection: Redis): Promise<number> {
  const stats = await connection.info('commandstats');
  return [...stats.matchAll(/calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

/** What is in Redis's memory. */
export const bytesOf = async (connection: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await connection.info('memory'))?.[1] ?? 0);
