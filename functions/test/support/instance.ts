import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePorts } from '../../../scripts/lib/ports.ts';
import { waitFor } from './waitFor';
import { signatureOf } from './webhooks';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What an instance holds, after its garbage was collected. */
export interface Held {
  heapBytes: number;
  /** Timers, sockets and the like that keep a process alive, by kind. */
  resources: Record<string, number>;
  /** Listeners of the process, by event. */
  listeners: Record<string, number>;
  cleanUps: number;
}

/** A deployed function, compiled, in a process of its own, as production hosts it. */
export interface Instance {
  url: string;
  child: ChildProcess;
  /** The lines that it logged so far. */
  lines(): Record<string, unknown>[];
  held(): Promise<Held>;
  /** Tells it to end, as Cloud Run does; gives its exit code. */
  terminate(): Promise<number | null>;
}

/** The headers with which WhatsApp signs a webhook. */
export const signed = (body: string): Record<string, string> => ({
  'content-type': 'application/json',
  'x-hub-signature-256': signatureOf(body),
});

/** Starts an instance of a function and waits until it listens. */
export async function startInstance(
  target: string,
  environment: Record<string, string> = {},
): Promise<Instance> {
  const { port } = await freePorts({ port: 0 });
  const framework = join(ROOT, 'node_modules', '.bin', 'functions-framework');
  const child = spawn(
    process.execPath,
    [
      ...['--expose-gc', '--require', join(import.meta.dirname, 'instanceProbe.cjs'), framework],
      ...['--source', join(ROOT, 'functions'), '--target', target, '--port', String(port)],
    ],
    {
      env: { ...process.env, FUNCTION_TARGET: target, NODE_ENV: 'production', ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  onTestFinished(() => void child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`${target} to listen`, () =>
    fetch(url, { method: 'PUT' }).then(
      () => true,
      () => false,
    ),
  );
  return {
    url,
    child,
    lines: () =>
      output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    held: () =>
      new Promise((resolve) => {
        child.once('message', (message) => resolve(message as Held));
        child.send('held?');
      }),
    terminate: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill('SIGTERM');
      }),
  };
}
