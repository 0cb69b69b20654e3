import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { LOCAL } from '../../../scripts/lib/localConfig';
import { startRedisServer, type RedisServer } from '../../../scripts/lib/redisServer';
import { startBridge, type Bridge } from '../../../scripts/redis-bridge/server';
import { command } from './redis';

/** What can be wrong with a Redis. */
export const FAULTS = [
  'killed',
  'frozen',
  'slow',
  'nearly too slow',
  'full',
  'talking garbage',
  'too generous',
  'restarted empty',
] as const;
export type Fault = (typeof FAULTS)[number];

/** As the instances wait; the product's 200 ms are short where other tests run. */
export const TIMEOUT_MS = 500;
const DELAYS_MS: Partial<Record<Fault, number>> = { slow: 3_000, 'nearly too slow': 350 };

/** What is no answer, or none to what was asked. */
const GARBAGE = [
  '<html>502 Bad Gateway</html>',
  '{"result":"<html>" ',
  '[]',
  '[{"result":null}]',
  '[{"result":"x"},{"result":"x"},{"result":"x"}]',
  '[{"result":[-5,2.5,1]}]',
];

/** Whatever is asked, a million is granted. */
function generous(path: string | undefined, body: string): string {
  const result = { result: [1_000_000, 1_000_000, 1] };
  return JSON.stringify(
    path === '/pipeline' ? (JSON.parse(body) as unknown[]).map(() => result) : result,
  );
}

/** A real Redis with the bridge before it, and a door before that, which can be told to misbehave. */
export class FaultyRedis {
  /** Requests that came. */
  asked = 0;
  readonly #bridge: Bridge;
  readonly #door: Server;
  #server: RedisServer;
  #fault: Fault | undefined;

  private constructor(server: RedisServer, bridge: Bridge, door: Server) {
    this.#server = server;
    this.#bridge = bridge;
    this.#door = door;
    door.on('request', (request: IncomingMessage, response) => {
      void this.#handle(request).then(
        ({ status, body }) => response.writeHead(status).end(body),
        () => response.destroy(),
      );
    });
  }

  static async start(): Promise<FaultyRedis> {
    const server = await startRedisServer();
    const bridge = await startBridge({ redisPort: server.port, token: LOCAL.redisToken });
    const door = createServer().listen(0, '127.0.0.1');
    await once(door, 'listening');
    return new FaultyRedis(server, bridge, door);
  }

  /** What points the product to it. */
  get environment(): Record<string, string> {
    return {
      UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${(this.#door.address() as AddressInfo).port}`,
      UPSTASH_REDIS_REST_TOKEN: LOCAL.redisToken,
      REDIS_TIMEOUT_MS: String(TIMEOUT_MS),
    };
  }

  async break(fault: Fault): Promise<void> {
    this.#fault = fault;
    if (fault === 'frozen') process.kill(this.#server.pid, 'SIGSTOP');
    if (fault === 'full') await this.#configure('maxmemory', '1');
    if (fault === 'killed' || fault === 'restarted empty') await this.#kill();
    if (fault === 'restarted empty') await this.#restart();
  }

  async mend(): Promise<void> {
    const fault = this.#fault;
    this.#fault = undefined;
    if (fault === 'frozen') process.kill(this.#server.pid, 'SIGCONT');
    if (fault === 'full') await this.#configure('maxmemory', '0');
    if (fault === 'killed') await this.#restart();
  }

  async stop(): Promise<void> {
    await this.mend();
    this.#door.close();
    this.#door.closeAllConnections();
    await this.#bridge.close();
    await this.#server.stop();
  }

  async #kill(): Promise<void> {
    process.kill(this.#server.pid, 'SIGKILL');
    await this.#server.ended;
    await this.#server.stop();
  }

  async #restart(): Promise<void> {
    this.#server = await startRedisServer(this.#server.port);
  }

  async #configure(name: string, value: string): Promise<void> {
    const redis = { server: this.#server, bridge: this.#bridge, environment: this.environment };
    await command(redis, ['CONFIG', 'SET', name, value]);
  }

  async #handle(request: IncomingMessage): Promise<{ status: number; body: string }> {
    this.asked += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    if (this.#fault === 'talking garbage') {
      return { status: 200, body: GARBAGE[this.asked % GARBAGE.length] as string };
    }
    if (this.#fault === 'too generous') return { status: 200, body: generous(request.url, body) };
    const delayMs = this.#fault && DELAYS_MS[this.#fault];
    if (delayMs !== undefined) await setTimeout(delayMs, undefined, { ref: false });
    return this.#forward(request.url ?? '/', body, request.headers);
  }

  async #forward(
    path: string,
    body: string,
    headers: IncomingMessage['headers'],
  ): Promise<{ status: number; body: string }> {
    const response = await fetch(`${this.#bridge.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${LOCAL.redisToken}`,
        'upstash-encoding': String(headers['upstash-encoding'] ?? ''),
      },
      body,
    });
    return { status: response.status, body: await response.text() };
  }
}
