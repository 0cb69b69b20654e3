import { cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { executionAsyncResource } from 'node:async_hooks';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { runWithoutDomains } from './domain';

beforeAll(runWithoutDomains);

let seen: unknown[] = [];
const note = async (): Promise<void> => {
  await Promise.resolve();
  seen = ['ran', (executionAsyncResource() as { domain?: object }).domain];
};
http('plain', async (_, response) => {
  await note();
  response.end();
});
cloudEvent('event', note);

it.each(['plain', 'event'])(
  'functions-framework runs a function (%s) in no domain',
  async (name) => {
    seen = [];
    const server = getTestServer(name);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { status } = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'ce-id': '1',
        'ce-type': 't',
        'ce-source': 's',
        'ce-specversion': '1.0',
      },
      body: '{}',
    });
    expect([Math.floor(status / 100), ...seen]).toEqual([2, 'ran', undefined]);
  },
);
