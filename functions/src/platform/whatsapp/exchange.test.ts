import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { exchange, type Exchange, type Exchanged } from './exchange';

/** A server for one test; gives its port. */
async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const post = (url: string, more: Partial<Exchange> = {}): Promise<Exchanged> =>
  exchange({ method: 'POST', url, headers: {}, body: '{}', timeoutMs: 5_000, ...more });

it('gives the status and the text, and keeps the connection', async () => {
  const ports = new Set<number | undefined>();
  const port = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(400).end(`${request.method} ${request.headers['content-length']} ñ`);
  });
  for (let n = 0; n < 3; n++) {
    expect(await post(`http://127.0.0.1:${port}/x`)).toEqual({
      kind: 'answered',
      status: 400,
      text: 'POST 2 ñ',
    });
  }
  expect(ports.size).toBe(1);
});

it('does not follow elsewhere', async () => {
  const port = await serve((request, response) => {
    response.writeHead(request.url === '/' ? 302 : 200, { location: '/elsewhere' }).end();
  });
  expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 302 });
});

it('is sent, as far as anybody knows: no answer, half of one, or one without end', async () => {
  const port = await serve(({ url, socket }, response) => {
    if (url === '/none') return;
    if (url === '/cut') socket.destroy();
    else if (url === '/half') response.write('{', () => socket.destroy());
    else response.end(Buffer.alloc(2_000_000, 32));
  });
  const url = `http://127.0.0.1:${port}`;
  const failed = (cause: string) => ({ kind: 'failed', isSent: true, cause });
  expect(await post(`${url}/none`, { timeoutMs: 50 })).toEqual(failed('TIMEOUT'));
  expect(await post(`${url}/cut`)).toEqual(failed('ECONNRESET'));
  expect(await post(`${url}/half`)).toEqual(failed('ECONNRESET'));
  expect(await post(`${url}/large`)).toEqual(failed('ANSWER_TOO_LARGE'));
});

it('is not sent: nobody listens, no encryption, nothing that a request can be made of', async () => {
  let requests = 0;
  const port = await serve((_, response) => {
    requests++;
    response.end();
  });
  expect(await post('http://127.0.0.1:1/')).toMatchObject({ isSent: false, cause: 'ECONNREFUSED' });
  expect(await post(`https://127.0.0.1:${port}/`)).toMatchObject({ isSent: false });
  expect(await post(`http://127.0.0.1:${port}/`, { headers: { a: 'a\nb' } })).toMatchObject({
    isSent: false,
    cause: 'ERR_INVALID_CHAR',
  });
  expect(await post('not an address')).toMatchObject({ isSent: false, cause: 'ERR_INVALID_URL' });
  expect(requests).toBe(0);
});
