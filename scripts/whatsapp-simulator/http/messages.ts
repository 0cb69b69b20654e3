import type { IncomingHttpHeaders } from 'node:http';

/** The request's body is not JSON. */
export class NotJsonError extends Error {}

/** One HTTP request, read whole. */
export class HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The address the client used, e.g. `http://127.0.0.1:8089`, for links in answers. */
  readonly origin: string;
  #json: { value: unknown } | undefined;

  constructor(method: string, url: URL, headers: IncomingHttpHeaders, body: Buffer) {
    this.method = method;
    this.path = url.pathname;
    this.query = url.searchParams;
    this.origin = url.origin;
    this.headers = headers;
    this.body = body;
  }

  /** The parsed body; `{}` when there is none. @throws NotJsonError */
  json(): unknown {
    this.#json ??= { value: this.body.length === 0 ? {} : parse(this.body) };
    return this.#json.value;
  }
}

/** What goes back: JSON, raw bytes, or nothing because the connection is cut. */
export type Reply =
  | { kind: 'json'; status: number; body: unknown }
  | { kind: 'bytes'; status: number; type: string; body: Buffer }
  | { kind: 'cut' };

export function json(body: unknown, status = 200): Reply {
  return { kind: 'json', status, body };
}

export function bytes(body: Buffer, type: string, status = 200): Reply {
  return { kind: 'bytes', status, type, body };
}

export const CUT: Reply = { kind: 'cut' };

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new NotJsonError('The body is not valid JSON.');
  }
}
