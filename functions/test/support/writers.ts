import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CHANNEL } from './webhooks';

/** Somebody who writes of an identity, and how they come to. */
export interface Writer {
  way: 'webhook' | 'import' | 'callable' | 'wish';
  identity: Record<string, string | undefined>;
}

/** Has writers write at once, spread over processes; fails where one of them does. */
export async function startWriters(
  writers: readonly Writer[],
  processes: number,
  delayMs = 4_000,
): Promise<void> {
  const shares = Array.from({ length: processes }, (_, n) =>
    writers
      .map((writer, index) => ({ ...writer, index }))
      .filter(({ index }) => index % processes === n),
  );
  const startAt = Date.now() + delayMs;
  const script = join(import.meta.dirname, 'writer.cjs');
  const codes = await Promise.all(
    shares.map(async (share) => {
      const child = spawn(
        process.execPath,
        [script, JSON.stringify({ writers: share, startAt, channelId: CHANNEL })],
        {
          env: process.env,
          stdio: ['ignore', 'ignore', 'inherit'],
        },
      );
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    }),
  );
  if (codes.some((code) => code !== 0)) throw new Error(`writers ended with ${codes.join(', ')}`);
}
