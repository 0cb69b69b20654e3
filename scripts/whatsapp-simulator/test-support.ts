import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SimulatorClient } from './client.ts';
import { startSimulator } from './server.ts';
import type { ConfigPatch, Json } from './types.ts';

export const NUMBER = '100000000000001';
export const OTHER_NUMBER = '100000000000002';
export const CUSTOMER = '34611222333';

/** A POST that the webhook received. */
interface Received {
  headers: Record<string, string | string[] | undefined>;
  raw: string;
}

/** A webhook that remembers what it was sent; `answers` gives the next statuses, then 200. */
export async function startWebhook(answers: number[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, raw: Buffer.concat(chunks).toString() });
      const challenge = new URL(request.url ?? '/', 'http://webhook').searchParams;
      response.writeHead(answers.shift() ?? 200).end(challenge.get('hub.challenge') ?? 'ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/webhook`, received };
}

/** The `messages` or `statuses` of all the POSTs, in the order in which they came. */
export function updates(received: readonly Received[], kind: 'messages' | 'statuses'): Json[] {
  return values(received).flatMap((value) => (value[kind] as Json[] | undefined) ?? []);
}

/** The values of all the changes. */
export function values(received: readonly Received[]): Json[] {
  return received.flatMap(({ raw }) => {
    const { entry } = JSON.parse(raw) as { entry: { changes: { value: Json }[] }[] };
    return entry.flatMap(({ changes }) => changes.map(({ value }) => value));
  });
}

/** A path that nothing else uses. */
export function newJournal(): string {
  return join(tmpdir(), 'recado-simulator', `${randomUUID()}.jsonl`);
}

/** An open field: no limit and no window, unless the test asks; no webhook unless it gives one. */
const OPEN: ConfigPatch = {
  webhookUrl: '',
  enforceWindow: false,
  throughput: { enabled: false },
  pairLimit: { enabled: false },
};

/** A simulator for one test, with a client of each of its sides. */
export async function simulate(config: ConfigPatch = {}, journal = newJournal()) {
  const running = await startSimulator({ journal, config: { ...OPEN, ...config } });
  onTestFinished(() => running.close());
  return { ...running, journal, control: new SimulatorClient(running.url), ...graph(running.url) };
}

/** What a Graph call answered. */
export interface Answer {
  status: number;
  body: Json & { error?: { code: number; error_subcode?: number; error_data: Json } };
}

export interface CallInit {
  body?: string | FormData;
  headers?: Record<string, string>;
}

/** Calls of the Graph API with the right token. */
export function graph(url: string) {
  const call = async (method: string, path: string, init: CallInit = {}): Promise<Answer> => {
    const response = await fetch(`${url}/v25.0${path}`, {
      method,
      ...init,
      headers: { authorization: 'Bearer local-token', ...init.headers },
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const post = (path: string, body: unknown) =>
    call('POST', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
  const send = (message: Json = {}, number = NUMBER) =>
    post(`/${number}/messages`, { ...textMessage(), ...message });
  return { call, post, send };
}

export function textMessage(body = 'Hola'): Json {
  return { messaging_product: 'whatsapp', to: `+${CUSTOMER}`, type: 'text', text: { body } };
}

/** The wamid of an accepted send. */
export function wamidOf(answer: Answer): string {
  const [message] = (answer.body.messages as { id: string }[] | undefined) ?? [];
  return message?.id ?? `refused: ${JSON.stringify(answer.body)}`;
}
