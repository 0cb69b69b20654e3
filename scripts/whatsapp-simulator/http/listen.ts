import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HttpRequest } from './messages.ts';
import type { Reply } from './messages.ts';

/** A 100 MB document and its multipart frame. */
const MAX_BODY_BYTES = 101 * 1024 * 1024;

/** Longer than clients keep idle connections, so that they never write to a closing one. */
const KEEP_ALIVE_MS = 65_000;

/** Serves on the loopback interface only: the control API has no authentication. */
export async function listen(
  port: number,
  handle: (request: HttpRequest) => Reply | Promise<Reply>,
): Promise<{ server: Server; port: number }> {
  const server = createServer((incoming, response) => {
    serve(incoming, handle).then(
      (reply) => write(response, reply),
      (error: unknown) => {
        write(response, { kind: 'json', status: 500, body: { error: String(error) } });
      },
    );
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return { server, port: (server.address() as AddressInfo).port };
}

async function serve(
  incoming: IncomingMessage,
  handle: (request: HttpRequest) => Reply | Promise<Reply>,
): Promise<Reply> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return { kind: 'json', status: 413, body: { error: 'Too large.' } };
    chunks.push(chunk);
  }
  const url = new URL(incoming.url ?? '/', `http://${incoming.headers.host ?? '127.0.0.1'}`);
  return handle(
    new HttpRequest(incoming.method ?? 'GET', url, incoming.headers, Buffer.concat(chunks)),
  );
}

function write(response: ServerResponse, reply: Reply): void {
  if (reply.kind === 'cut') {
    response.destroy();
    return;
  }
  const [type, body] =
    reply.kind === 'json'
      ? ['application/json; charset=UTF-8', JSON.stringify(reply.body)]
      : [reply.type, reply.body];
  response.writeHead(reply.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
