import { Agent, request } from 'node:http';
import { LOCAL } from '../../lib/localConfig.ts';
import { messagesBody, signatureOf, textMessage } from '../../lib/webhookBodies.ts';

/** Customers who write by turns, so that no conversation is a bottleneck. */
const CUSTOMERS = 1_000;
let messages = 0;

/** A signed POST, ready to be sent. */
export interface Post {
  body: Buffer;
  signature: string;
}

/** A POST with a message each of so many customers. */
export function makePost(size: number): Post {
  const items = Array.from({ length: size }, () => {
    const n = messages++;
    return {
      from: { phone: String(34_620_000_000 + (n % CUSTOMERS)), name: 'Ana García' },
      message: textMessage(
        `wamid.HBgLMzQ2MDAxMTEyMjIVAgASGBQzQTdB${process.pid}${n}`,
        'Hola, ¿a qué hora abren mañana? Quería pasar a recoger el pedido.',
      ),
    };
  });
  const body = Buffer.from(messagesBody(items, LOCAL.channelId));
  return { body, signature: signatureOf(body, LOCAL.appSecret) };
}

/** One of every customer: afterwards all of them are known. */
export const firstContacts = (): Post[] =>
  Array.from({ length: CUSTOMERS / 100 }, () => makePost(100));

/** Beyond so many at once, the operating system would refuse connections. They wait their turn. */
const MAX_SOCKETS = 200;
const agent = new Agent({ keepAlive: true, scheduling: 'lifo', maxSockets: MAX_SOCKETS });

/** Sends a POST and waits for its answer. @throws unless that is 200 */
export function send(url: string, { body, signature }: Post): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-hub-signature-256': signature,
    };
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`the webhook answered ${response.statusCode}`));
      });
    });
    call.once('error', (error) => {
      // The host closes connections that idle between two runs; one may be reused just then.
      if (call.reusedSocket) send(url, { body, signature }).then(resolve, reject);
      else reject(error);
    });
    call.end(body);
  });
}
