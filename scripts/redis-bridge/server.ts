import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerOf, type Answer, type Encoding } from './answers.ts';
import { BadRequest, commandOf, commandOfPath, commandsOf } from './commands.ts';
import { Connection } from './connection.ts';
import type { Reply } from './resp.ts';
import { Scripts } from './scripts.ts';

interface Options {
  /** 0: any that is free. */
  port?: number;
  redisPort: number;
  token: string;
}

export interface Bridge {
  url: string;
  close(): Promise<void>;
}

/** Longer than clients keep idle connections, so that they never write to a closing one. */
const KEEP_ALIVE_MS = 65_000;
/** Upstash's bound on a request. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Speaks Upstash's REST protocol in front of a Redis on this machine: `POST /` a command,
 * `/pipeline`, `/multi-exec`, commands as paths; bearer token; text in base64 on demand.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 */
export async function startBridge({ port = 0, redisPort, token }: Options): Promise<Bridge> {
  const redis = new Connection(redisPort);
  const scripts = new Scripts();

  const run = async (commands: string[][]): Promise<Reply[]> => {
    const replies = await redis.send(commands.map((command) => scripts.translate(command)));
    return replies.map((reply, n) => {
      const name = scripts.loadedName(commands[n] ?? []);
      return name !== undefined && reply.kind === 'bulk'
        ? { kind: 'bulk', bytes: Buffer.from(name) }
        : reply;
    });
  };

  const answer = async (request: IncomingMessage): Promise<[status: number, body: unknown]> => {
    const url = new URL(request.url ?? '/', 'http://bridge');
    const given = /^Bearer (.*)$/i.exec(request.headers.authorization ?? '')?.[1];
    if ((given ?? url.searchParams.get('_token')) !== token) {
      return [401, { error: 'WRONGPASS invalid or missing auth token' }];
    }
    const body = await bodyOf(request);
    const encoding = request.headers['upstash-encoding'] === 'base64' ? 'base64' : 'plain';
    switch (url.pathname) {
      case '/pipeline': {
        const replies = await run(commandsOf(parse(body)));
        return [200, replies.map((reply) => answerOf(reply, encoding))];
      }
      case '/multi-exec':
        return transactionAnswer(
          await run([['MULTI'], ...commandsOf(parse(body)), ['EXEC']]),
          encoding,
        );
      default: {
        const command = url.pathname === '/' ? commandOf(parse(body)) : commandOfPath(url, body);
        const [reply] = await run([command]);
        return single(answerOf(reply as Reply, encoding));
      }
    }
  };

  const server = createServer((request, response) => {
    answer(request)
      .catch((error: unknown): [number, unknown] =>
        error instanceof BadRequest
          ? [400, { error: error.message }]
          : [503, { error: (error as Error).message }],
      )
      .then(
        ([status, body]) => {
          const text = JSON.stringify(body);
          response.writeHead(status, { 'content-type': 'application/json' }).end(text);
        },
        (error: unknown) => void response.destroy(error as Error),
      );
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        redis.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const single = (answer: Answer): [number, Answer] => ['error' in answer ? 400 : 200, answer];

/** A transaction is refused as a whole, or each of its commands has its answer. */
function transactionAnswer(replies: Reply[], encoding: Encoding): [number, unknown] {
  const last = replies.at(-1);
  if (last?.kind === 'array') return [200, last.items.map((item) => answerOf(item, encoding))];
  const refused = replies.find(({ kind }) => kind === 'error') ?? last;
  return [400, { error: refused?.kind === 'error' ? refused.text : 'EXECABORT' }];
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new BadRequest('ERR failed to parse the body as JSON');
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new BadRequest('ERR max request size exceeded');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
