import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A request that has no answer by now is an error. */
const TIMEOUT_MS = 30_000;
const settings = { keepAlive: true, scheduling: 'lifo' } as const;
const agents = {
  // A deployed instance is given 80 requests at once, and more wait in front of it. So do they here:
  // a flood of connections would measure how fast a process accepts them. Waiting counts.
  http: new HttpAgent({ ...settings, maxSockets: 80 }),
  // Beyond so many at once, the operating system would refuse connections.
  https: new HttpsAgent({ ...settings, maxSockets: 1_000 }),
};

export interface Answer {
  status: number;
  text: string;
}

/** Posts JSON and gives the answer, whatever its status. @throws where there is none */
export function post(
  url: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const isSecure = url.startsWith('https:');
  return new Promise((resolve, reject) => {
    const call = (isSecure ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        agent: isSecure ? agents.https : agents.http,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...headers,
        },
        timeout: TIMEOUT_MS,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: Buffer.concat(chunks).toString('utf8'),
          }),
        );
        response.once('error', reject);
      },
    );
    call.once('timeout', () => call.destroy(new Error(`no answer within ${TIMEOUT_MS} ms`)));
    call.once('error', (error) => {
      // The host closes idle connections, and one may be reused just then.
      if (call.reusedSocket && (error as { code?: string }).code === 'ECONNRESET') {
        post(url, body, headers).then(resolve, reject);
      } else reject(error);
    });
    call.end(body);
  });
}

/** Ends the connections that are kept open. */
export function closeConnections(): void {
  agents.http.destroy();
  agents.https.destroy();
}
