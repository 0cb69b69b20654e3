import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { freePorts } from '../../lib/ports.ts';
import { startFunction, sumOf, type Process, type Used } from '../processes.ts';

/** The lanes of a channel. As they are deployed, each has an instance of its own. */
export interface Lanes {
  /** Where the queue sends their tasks. */
  url: string;
  used(): Used;
  /** Kills the instance of a lane; Cloud Run starts another one when a task comes. */
  kill(lane: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts `count` instances, and what passes each lane's tasks on to always the same one. */
export async function startLanes(
  count: number,
  environment: Record<string, string>,
): Promise<Lanes> {
  const names = Array.from({ length: count }, (_, lane) => [String(lane), 0] as const);
  const ports = await freePorts(Object.fromEntries(names));
  const start = (lane: number): Process =>
    startFunction('campaigns.lane', `lane-${lane}`, ports[lane] as number, environment);
  const processes = names.map((_, lane) => start(lane));
  await Promise.all(processes.map(({ listening }) => listening));

  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const body = Buffer.concat(parts);
      const { data } = JSON.parse(body.toString()) as { data: { lane: number } };
      const port = ports[data.lane % count] as number;
      post(port, incoming.headers, body).then(
        (status) => outgoing.writeHead(status).end(),
        // The instance died at work; the queue tries again.
        () => outgoing.writeHead(503).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    used: () => sumOf(processes.map((each) => each.used())),
    async kill(lane) {
      await processes[lane]?.kill();
      processes[lane] = start(lane);
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await Promise.all(processes.map((each) => each.stop()));
    },
  };
}

const START_POLL_MS = 50;

/** Posts a task. An instance that is still starting is waited for, as Cloud Run does. */
async function post(port: number, headers: object, body: Buffer): Promise<number> {
  for (;;) {
    try {
      return await tryPost(port, headers, body);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ECONNREFUSED') throw error;
      await setTimeout(START_POLL_MS);
    }
  }
}

function tryPost(port: number, headers: object, body: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { ...headers, host: '127.0.0.1' } };
    const call = request(`http://127.0.0.1:${port}`, options, (answer) => {
      answer.once('end', () => resolve(answer.statusCode ?? 500));
      answer.once('error', reject);
      answer.resume();
    });
    call.once('error', reject);
    call.end(body);
  });
}
