import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

interface Target {
  host: string;
  port: number;
}

export interface DelayProxy {
  port: number;
  close(): Promise<void>;
}

/**
 * A TCP proxy on the loopback interface through which everything takes longer: each direction half
 * of the round trip, at least. Bytes keep their order, and nothing else is limited: any number of
 * chunks may be on their way at the same time.
 */
export async function startDelayProxy(target: Target, rttMs: number): Promise<DelayProxy> {
  const sockets = new Set<Socket>();
  // Either side may have said everything and still be listening.
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ ...target, allowHalfOpen: true, noDelay: true });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.pipe(createDelay(rttMs / 2)).pipe(to);
      from.on('close', () => {
        sockets.delete(from);
        // A side that broke off, as opposed to one that ended, takes the other with it.
        if (!from.readableEnded) to.resetAndDestroy();
      });
      from.on('error', () => to.resetAndDestroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** More than any bandwidth × delay that matters here; beyond it, the sender has to wait. */
const MAX_WAITING = 16 * 1024 * 1024;

/** A stream that gives every chunk back `delayMs` after it came, and its end as well. */
function createDelay(delayMs: number): Duplex {
  /** Chunks on their way; null is the end. */
  const waiting: { due: number; chunk: Buffer | null }[] = [];
  let bytes = 0;
  let isWanted = true;
  let timer: NodeJS.Timeout | undefined;
  let admit: (() => void) | undefined;

  const deliver = (): void => {
    clearTimeout(timer);
    while (isWanted && waiting[0]) {
      const early = waiting[0].due - performance.now();
      if (early > 0) {
        // Timers count whole milliseconds, and may be early by a part of one.
        timer = setTimeout(deliver, Math.ceil(early));
        return;
      }
      const chunk = waiting.shift()?.chunk ?? null;
      bytes -= chunk?.length ?? 0;
      isWanted = stream.push(chunk);
      admitNext();
    }
  };
  const admitNext = (): void => {
    if (bytes > MAX_WAITING) return;
    const next = admit;
    admit = undefined;
    next?.();
  };
  const accept = (chunk: Buffer | null): void => {
    bytes += chunk?.length ?? 0;
    waiting.push({ due: performance.now() + delayMs, chunk });
    if (waiting.length === 1) deliver();
  };

  const stream = new Duplex({
    read() {
      isWanted = true;
      deliver();
    },
    write(chunk: Buffer, _, done) {
      accept(chunk);
      admit = done;
      admitNext();
    },
    final(done) {
      accept(null);
      done();
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
  return stream;
}
