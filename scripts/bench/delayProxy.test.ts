import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startDelayProxy } from './delayProxy.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server with a proxy before it; gives how to connect through it. */
async function behindProxy(rttMs: number, serve: (socket: Socket) => void): Promise<() => Socket> {
  const server: Server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const proxy = await startDelayProxy({ host: '127.0.0.1', port }, rttMs);
  cleanups.push(() => proxy.close());
  return () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    cleanups.push(() => socket.destroy());
    return socket;
  };
}

async function readAll(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('the delay proxy', () => {
  it('brings every byte in order, both ways, and lets one side end before the other', async () => {
    const dial = await behindProxy(4, (socket) => void socket.pipe(socket));
    const socket = dial();
    const sent = randomBytes(5_000_000);
    for (let at = 0; at < sent.length;) {
      const next = at + 1 + Math.floor(Math.random() * 100_000);
      socket.write(sent.subarray(at, next));
      at = next;
      if (Math.random() < 0.2) await setTimeout(1);
    }
    // The echo can only end after it was told that nothing more comes, and still has to be read.
    socket.end();
    expect((await readAll(socket)).equals(sent)).toBe(true);
  });

  it('takes the round trip at least, and not much more', async () => {
    const dial = await behindProxy(20, (socket) => void socket.pipe(socket));
    const socket = dial();
    await once(socket, 'connect');
    const times: number[] = [];
    for (let n = 0; n < 20; n++) {
      const started = performance.now();
      socket.write('ping');
      await once(socket, 'data');
      times.push(performance.now() - started);
    }
    expect(Math.min(...times)).toBeGreaterThanOrEqual(20);
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(40);
  });

  it('has many chunks on their way at the same time', async () => {
    const dial = await behindProxy(40, (socket) => void socket.pipe(socket));
    const socket = dial();
    await once(socket, 'connect');
    const started = performance.now();
    for (let n = 0; n < 50; n++) {
      socket.write(Buffer.alloc(1_000));
      await setTimeout(1);
    }
    socket.end();
    expect(await readAll(socket)).toHaveLength(50_000);
    // One after the other would take 50 × 40 ms.
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('makes a sender wait for a reader that does not read', async () => {
    const dial = await behindProxy(2, (socket) => void socket.pause());
    const socket = dial();
    const size = 100_000_000;
    socket.write(Buffer.alloc(size));
    await setTimeout(500);
    expect(socket.writableLength).toBeGreaterThan(0);
  });

  it('breaks off on both sides when one does', async () => {
    let isClosed = false;
    const dial = await behindProxy(2, (socket) => {
      socket.on('error', () => undefined).on('close', () => (isClosed = true));
      socket.resume();
    });
    const socket = dial();
    socket.on('error', () => undefined);
    socket.write('half a request');
    await setTimeout(50);
    socket.resetAndDestroy();
    await expect.poll(() => isClosed).toBe(true);
  });
});
