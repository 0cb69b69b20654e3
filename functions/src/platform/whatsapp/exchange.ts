import * as http from 'node:http';
import * as https from 'node:https';
import { onShutdown } from '../lifecycle';

/** A request to the Graph API. */
export interface Exchange {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: string;
  /** From the call to the answer's last byte. */
  timeoutMs: number;
}

/** What a request came to. Only `isSent: false` proves that it did not get there. */
export type Exchanged =
  | { kind: 'answered'; status: number; text: string }
  | { kind: 'failed'; isSent: boolean; cause: string };

/** Answers of the Graph API have a few kilobytes. */
const MAX_ANSWER_BYTES = 1_048_576;
/** A connection that is idle for longer may be closed at the other end when the next send comes. */
const IDLE_MS = 4_000;

type Module = Pick<typeof https, 'request' | 'Agent'>;
type Client = Pick<Module, 'request'> & { agent: http.Agent };
const clients = new Map<string, Client>();

function clientFor(url: string): Client {
  const name = url.startsWith('http:') ? 'http' : 'https';
  const known = clients.get(name);
  if (known) return known;
  const { request, Agent }: Module = name === 'http' ? (http as unknown as Module) : https;
  const client = { request, agent: new Agent({ keepAlive: true, timeout: IDLE_MS }) };
  clients.set(name, client);
  onShutdown(
    'connections to WhatsApp',
    () => {
      clients.delete(name);
      client.agent.destroy();
    },
    'close',
  );
  return client;
}

/**
 * Makes a request on a connection that is kept, and follows nothing; never rejects. `fetch` would
 * take three times the processor's time, and does not tell whether a request was sent.
 */
export function exchange({ method, url, headers, body, timeoutMs }: Exchange): Promise<Exchanged> {
  return new Promise((resolve) => {
    let isConnected = false;
    let call: http.ClientRequest | undefined;
    const end = (result: Exchanged): void => {
      clearTimeout(timer);
      resolve(result);
    };
    const fail = (cause: string): void => {
      end({ kind: 'failed', isSent: isConnected, cause });
      call?.destroy();
    };
    const timer = setTimeout(() => fail('TIMEOUT'), timeoutMs);
    try {
      const { request, agent } = clientFor(url);
      call = request(url, { method, headers, agent }, (response) => {
        readText(response).then(
          (text) => end({ kind: 'answered', status: response.statusCode ?? 0, text }),
          (error: unknown) => fail(causeOf(error)),
        );
      });
      call.on('error', (error) => fail(causeOf(error)));
      call.on('socket', (socket) => {
        isConnected = !socket.connecting;
        if (isConnected) return;
        // Nothing is sent before the connection is made, and encrypted.
        socket.once(agent instanceof https.Agent ? 'secureConnect' : 'connect', () => {
          isConnected = true;
        });
      });
      call.end(body);
    } catch (error) {
      // An address or a token that no request can be made with.
      fail(causeOf(error));
    }
  });
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES) throw Object.assign(new Error(), { code: 'ANSWER_TOO_LARGE' });
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}

const causeOf = (error: unknown): string =>
  (error as { code?: string }).code ?? (error as Error).name;
