import { db } from '../../src/platform/firestore';

/** What goes wrong with a request. */
export type Fault =
  /** The connection breaks before the request arrives. */
  | 'before'
  /** It is carried out, and the connection breaks before the answer arrives. */
  | 'after'
  /** It is carried out, and the server says that it took too long. */
  | 'timeout'
  /** It is carried out, and no answer ever comes. */
  | 'silence'
  /** It is given up, and arrives just before the next commit. */
  | 'late'
  /** It is too large, or has something in it that is not taken. */
  | 'refused'
  /** The process dies before it is sent: nothing is sent from then on. */
  | 'crash-before'
  /** The process dies after it was carried out. */
  | 'crash-after'
  /** This happens before it is sent, and nothing goes wrong. */
  | (() => Promise<unknown>);

export const LOST = ['before', 'after', 'timeout', 'silence'] as const;
export const CRASHES = ['crash-before', 'crash-after'] as const;
type Send = (method: string, ...rest: unknown[]) => Promise<unknown>;
type FaultOf = (n: number, method: string, writes: number) => Fault | undefined;

export interface Faults {
  /** Requests since the last `plan`. */
  count: number;
  /** What goes wrong with the n-th request from now on, from 0. */
  plan(faultOf: FaultOf): void;
  /** Nothing goes wrong any more, and what is late never comes. */
  end(): void;
}

const errorOf = (code: number, message: string): Error =>
  Object.assign(new Error(message), { code });
const death = (): Error => new Error('the process is dead');

/** Lets requests of the client fail, at the two funnels through which it sends everything. */
export function installFaults(): Faults {
  let faultOf: FaultOf = () => undefined;
  let isDead = false;
  let isAside = false;
  let late: (() => Promise<unknown>)[] = [];
  const faults: Faults = {
    count: 0,
    plan(next) {
      faultOf = next;
      faults.count = 0;
      isDead = false;
    },
    end() {
      faults.plan(() => undefined);
      late = [];
    },
  };
  /** What happens meanwhile is nothing that can fail. */
  const aside = async (work: () => Promise<unknown>): Promise<void> => {
    isAside = true;
    await work().finally(() => (isAside = false));
  };

  const failing =
    (send: Send): Send =>
    async (method, ...rest) => {
      if (isAside) return send(method, ...rest);
      if (isDead) throw death();
      const writes = (rest[0] as { writes?: unknown[] } | undefined)?.writes?.length ?? 0;
      const fault = faultOf(faults.count++, method, writes);
      if (fault === 'crash-before' || fault === 'crash-after') isDead = true;
      if (fault === 'crash-before') throw death();
      if (fault === 'before') throw errorOf(14, 'the connection broke');
      if (fault === 'refused') throw errorOf(3, 'this is not taken');
      if (fault === 'late') {
        late.push(() => send(method, ...rest));
        throw errorOf(4, 'it took too long');
      }
      if (method === 'commit') {
        // Those that come too late may be refused, which nobody hears of any more.
        await Promise.allSettled(late.splice(0).map((arrive) => arrive()));
      }
      if (typeof fault === 'function') await aside(fault);
      const result = send(method, ...rest);
      if (fault === undefined || typeof fault === 'function') return result;
      await done(await result);
      if (fault === 'silence') return new Promise(() => undefined);
      if (fault === 'after') throw errorOf(14, 'the connection broke');
      throw fault === 'timeout' ? errorOf(4, 'it took too long') : death();
    };

  const client = db() as unknown as { request: Send; requestStream: Send };
  client.request = failing(client.request.bind(client));
  client.requestStream = failing(client.requestStream.bind(client));
  return faults;
}

/** A stream is over when it was read to its end. */
async function done(result: unknown): Promise<void> {
  const stream = result as NodeJS.ReadableStream;
  if (typeof stream.resume !== 'function') return;
  await new Promise((resolve) => stream.once('end', resolve).resume());
}
