import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterAll } from 'vitest';
import { newId } from '../../src/shared/ids';

type Handler = Parameters<typeof http>[1];

/** Serves a function over HTTP in the host that production uses; gives its address. */
export async function host(handler: unknown): Promise<string> {
  const name = `f-${newId()}`;
  http(name, handler as Handler);
  const server: Server = getTestServer(name);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
