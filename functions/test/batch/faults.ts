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
  /** The process dies before it is sent: nothing is sent from then on. */
  | 'crash-before'
  /** The process dies after it was carried out. */
  | 'crash-after';

export const LOST: readonly Fault[] = ['before', 'after', 'timeout', 'silence'];
type Send = (method: string, ...rest: unknown[]) => Promise<unknown>;

export interface Faults {
  /** Requests since the last `plan`. */
  count: number;
  /** What goes wrong with the n-th request from now on, from 0. */
  plan(faultOf: (n: number, method: string) => Fault | undefined): void;
  /** Nothing goes wrong any more. */
  end(): void;
}

const errorOf = (code: number, message: string): Error =>
  Object.assign(new Error(message), { code });

/** Lets requests of the client fail, at the two funnels through which it sends everything. */
export function installFaults(): Faults {
  let faultOf: (n: number, method: string) => Fault | undefined = () => undefined;
  let isDead = false;
  const faults: Faults = {
    count: 0,
    plan(next) {
      faultOf = next;
      faults.count = 0;
      isDead = false;
    },
    end: () => faults.plan(() => undefined),
  };

  const failing =
    (send: Send): Send =>
    async (method, ...rest) => {
      if (isDead) throw new Error('the process is dead');
      const fault = faultOf(faults.count++, method);
      if (fault === 'crash-before' || fault === 'crash-after') isDead = true;
      if (fault === 'crash-before') throw new Error('the process is dead');
      if (fault === 'before') throw errorOf(14, 'the connection broke');
      const result = send(method, ...rest);
      if (fault === undefined) return result;
      await done(await result);
      if (fault === 'silence') return new Promise(() => undefined);
      if (fault === 'after') throw errorOf(14, 'the connection broke');
      throw fault === 'timeout' ? errorOf(4, 'it took too long') : new Error('the process is dead');
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
