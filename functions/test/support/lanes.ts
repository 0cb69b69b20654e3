import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { freePorts } from '../../../scripts/lib/ports.ts';
import { makeQueue } from './queues';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The lanes of a channel, each in a process of its own, as production hosts them. */
export interface Lanes {
  /** Ends a lane's process at once, and starts another one. */
  kill(lane: number): void;
  /** Tells a lane's process to end, as Cloud Run does, and starts another one; waits for its end. */
  terminate(lane: number): Promise<number | null>;
  /** From now on another address gets the lanes' tasks; the processes are ended. */
  handOverTo(url: string): void;
}

/** Hosts `count` lanes and makes the queue that dispatches to them. */
export async function startLaneProcesses(count: number): Promise<Lanes> {
  const ports = await freePorts(
    Object.fromEntries(Array.from({ length: count }, (_, n) => [n, 0])),
  );
  const processes = new Map<number, ChildProcess>();
  const start = (lane: number): void => {
    processes.set(lane, startProcess(ports[lane] as number));
  };
  for (let lane = 0; lane < count; lane++) start(lane);

  let successor: string | undefined;
  const addressOf = (lane: number): string =>
    successor ?? `http://127.0.0.1:${ports[lane % count] as number}`;
  const { server, url } = await startDispatcher(addressOf);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    for (const child of processes.values()) child.kill('SIGKILL');
  });
  await makeQueue('campaigns-lane', url, { concurrent: 100, maxAttempts: 1_000 });
  return {
    kill(lane) {
      processes.get(lane)?.kill('SIGKILL');
      start(lane);
    },
    async terminate(lane) {
      const child = processes.get(lane) as ChildProcess;
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const code = await ended;
      start(lane);
      return code;
    },
    handOverTo(to) {
      successor = to;
      for (const child of processes.values()) child.kill('SIGKILL');
    },
  };
}

function startProcess(port: number): ChildProcess {
  const framework = join(ROOT, 'node_modules', '.bin', 'functions-framework');
  const args = ['--source', join(ROOT, 'functions'), '--target', 'campaigns.lane'];
  return spawn(process.execPath, [framework, ...args, '--port', String(port)], {
    env: { ...process.env, FUNCTION_TARGET: 'campaigns.lane' },
    stdio: ['ignore', 'ignore', process.env['DEBUG_LANES'] ? 'inherit' : 'ignore'],
  });
}

/** Passes each lane's task on to its own process; one that is dead is answered 503. */
async function startDispatcher(
  addressOf: (lane: number) => string,
): Promise<{ server: Server; url: string }> {
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const body = Buffer.concat(parts);
      const { data } = JSON.parse(body.toString('utf8')) as { data: { lane: number } };
      const forward = request(
        addressOf(data.lane),
        { method: 'POST', headers: { ...incoming.headers, host: '127.0.0.1' } },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502);
          answer.pipe(outgoing);
          answer.on('error', () => outgoing.destroy());
        },
      );
      forward.on('error', () => {
        if (outgoing.headersSent) outgoing.destroy();
        else outgoing.writeHead(503).end();
      });
      forward.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
