import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CRC32C } from '@google-cloud/storage';
import { afterAll } from 'vitest';

interface StoredObject {
  content: Buffer;
  contentType: string;
  updated: string;
}

/** A stand-in for Cloud Storage: one bucket, and the calls of its JSON API that the project makes. */
export interface BucketServer {
  /** For `STORAGE_EMULATOR_HOST`. */
  url: string;
  objects: Map<string, StoredObject>;
  /** Requests by what they are. */
  calls: string[];
  /** Breaks the connection of the next upload after so many bytes, and of all its tries. */
  failUploads(bytes: number | null): void;
}

/** Starts a bucket of its own for a test file. */
export async function startBucketServer(): Promise<BucketServer> {
  const objects: BucketServer['objects'] = new Map();
  const uploads = new Map<string, { name: string; contentType: string }>();
  const calls: string[] = [];
  let failAfter: number | null = null;

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://bucket');
    const name = decodeURIComponent(/\/o\/(.+)$/.exec(url.pathname)?.[1] ?? '');
    const answer = (status: number, body?: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body ? JSON.stringify(body) : undefined);
    };
    const isUpload = url.pathname.startsWith('/upload/') || url.pathname.startsWith('/resumable/');
    if (request.method === 'POST' && isUpload) {
      calls.push('begin upload');
      const id = String(uploads.size);
      const contentType = String(request.headers['x-upload-content-type']);
      uploads.set(id, { name: url.searchParams.get('name') ?? '', contentType });
      response.writeHead(200, { location: `${urlOf()}/upload/session/${id}` }).end();
    } else if (request.method === 'PUT' && isUpload) {
      calls.push('upload');
      const upload = uploads.get(url.pathname.split('/').at(-1) ?? '');
      if (failAfter !== null) {
        const limit = failAfter;
        let seen = 0;
        request.on('data', (piece: Buffer) => {
          seen += piece.length;
          if (seen >= limit) request.socket.destroy();
        });
        request.on('end', () => request.socket.destroy());
        return;
      }
      const content = await bodyOf(request);
      if (!upload) throw new Error('an upload that was not begun');
      const stored = { ...upload, content, updated: new Date().toISOString() };
      objects.set(upload.name, stored);
      answer(200, metadataOf(upload.name, stored));
    } else if (request.method === 'GET' && !name) {
      calls.push('list');
      const { searchParams } = url;
      const names = [...objects.keys()]
        .filter((key) => key.startsWith(searchParams.get('prefix') ?? ''))
        .filter((key) => key >= (searchParams.get('startOffset') ?? ''))
        .sort();
      const max = Number(searchParams.get('maxResults') ?? 1_000);
      const items = names
        .slice(0, max)
        .map((key) => metadataOf(key, objects.get(key) as StoredObject));
      answer(200, { kind: 'storage#objects', items });
    } else {
      const stored = objects.get(name);
      calls.push(url.searchParams.get('alt') === 'media' ? 'download' : `${request.method} object`);
      if (!stored) {
        answer(404, { error: { code: 404, message: 'No such object' } });
      } else if (request.method === 'DELETE') {
        objects.delete(name);
        response.writeHead(204).end();
      } else if (url.searchParams.get('alt') === 'media') {
        download(request, response, stored);
      } else answer(200, metadataOf(name, stored));
    }
  }

  const urlOf = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: urlOf(), objects, calls, failUploads: (bytes) => (failAfter = bytes) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

const hashesOf = (content: Buffer) => {
  const crc32c = new CRC32C();
  crc32c.update(content);
  return {
    crc32c: crc32c.toString(),
    md5Hash: createHash('md5').update(content).digest('base64'),
  };
};

const metadataOf = (name: string, { content, contentType, updated }: StoredObject) => ({
  kind: 'storage#object',
  bucket: 'test-bucket',
  name,
  contentType,
  size: String(content.length),
  updated,
  timeCreated: updated,
  ...hashesOf(content),
});

function download(
  request: IncomingMessage,
  response: ServerResponse,
  { content, contentType }: StoredObject,
): void {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const start = Number(from ?? 0);
  if (start > 0 && start >= content.length) {
    response.writeHead(416).end();
    return;
  }
  const piece = content.subarray(start, to ? Number(to) + 1 : undefined);
  const { crc32c, md5Hash } = hashesOf(content);
  response.writeHead(from === undefined ? 200 : 206, {
    'content-type': contentType,
    'content-length': piece.length,
    'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`,
    'x-goog-stored-content-encoding': 'identity',
    ...(from === undefined
      ? {}
      : { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
  });
  response.end(piece);
}
