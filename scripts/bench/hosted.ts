import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { startChild } from '../lib/child.ts';
import { bin, ROOT, STATE } from '../lib/paths.ts';
import { freePorts } from '../lib/ports.ts';

export interface Hosted {
  url: string;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;

/** Hosts a deployed function in a process of its own, as Cloud Run does. */
export const hostFunction = (target: string, environment: Record<string, string>) =>
  hostProgram(target, { ...environment, FUNCTION_TARGET: target }, (port) => [
    bin('functions-framework'),
    ...['--source', join(ROOT, 'functions'), '--target', target, '--port', port],
  ]);

/** Starts a Node program that listens on the port it is given, and waits until it does. */
export async function hostProgram(
  name: string,
  environment: Record<string, string>,
  argumentsFor: (port: string) => string[],
): Promise<Hosted> {
  const { port } = await freePorts({ port: 0 });
  const child = startChild(process.execPath, argumentsFor(String(port)), {
    environment: { ...environment, NODE_ENV: 'production' },
    logFile: join(STATE, `bench-${name}.log`),
  });
  const end = Date.now() + START_TIMEOUT_MS;
  while (!(await listens(port))) {
    if (Date.now() < end) {
      await setTimeout(50);
      continue;
    }
    await child.stop();
    throw new Error(`${name} did not start:\n${child.tail()}`);
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => child.stop() };
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
