import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { SimulatorClient } from '../../whatsapp-simulator/client.ts';
import { runOpen } from '../load.ts';
import type { Ran, Run } from './run.ts';

/** A text to a customer, with the key by which the app repeats its call. */
export interface Message {
  key: string;
  /** Digits only. */
  phone: string;
  body: string;
}

/** A message for each of as many customers, so that each is seen at most once. */
export const makeMessages = (count: number): Message[] =>
  Array.from({ length: count }, (_, n) => ({
    key: randomUUID(),
    phone: String(34_650_000_000 + n),
    body: 'Your order is ready, we open at nine.',
  }));

/** As many connections as an app's servers keep open; more calls wait. */
const agent = new Agent({ keepAlive: true, maxSockets: 100 });

/** Posts JSON. @throws unless the answer is 2xx */
export function post(url: string, body: unknown, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-type': 'application/json' },
    };
    const call = request(url, options, (answer) => {
      answer.resume().once('end', () => {
        const status = answer.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve();
        else reject(new Error(`${url} answered ${status}`));
      });
    });
    call.once('error', reject);
    call.end(JSON.stringify(body));
  });
}

/** Hands the messages over as they come; gives when each was due, and how long each call took. */
export async function handOver(
  messages: readonly Message[],
  perSecond: number,
  give: (message: Message) => Promise<void>,
): Promise<{ dueAt: Map<string, number>; taken: number[] }> {
  const dueAt = new Map<string, number>();
  const jobs = messages.map((message) => (due: number) => {
    dueAt.set(message.phone, due);
    return give(message);
  });
  return { taken: await runOpen(jobs, perSecond), dueAt };
}

const PAGE = 1_000;

/** How WhatsApp saw the messages. */
export async function seenBy(
  simulator: SimulatorClient,
  dueAt: ReadonlyMap<string, number>,
): Promise<Pick<Ran, 'accepted' | 'throughput' | 'seen'>> {
  const accepted: number[] = [];
  let [first, last] = [Infinity, -Infinity];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const page = await simulator.sends({ limit: PAGE, after });
    for (const { at, recipient } of page.data) {
      accepted.push(at - (dueAt.get(recipient) ?? at));
      first = Math.min(first, at);
      last = Math.max(last, at);
    }
    after = page.after;
  }
  const { byRecipient } = await simulator.counts();
  return {
    accepted,
    throughput: (accepted.length * 1_000) / (last - first),
    seen: { byRecipient: new Map(Object.entries(byRecipient)) },
  };
}

/** How long after a send its statuses come. */
const STATUSES = { sentMs: 200, deliveredMs: 800, readMs: 2_000 } as const;

/** A WhatsApp that holds the number to its throughput, and answers as slowly as is asked. */
export async function prepareWhatsapp(
  simulator: SimulatorClient,
  webhookUrl: string,
  { mps, answerMs }: Run,
): Promise<void> {
  await simulator.reset({
    webhookUrl,
    throughput: { enabled: true, mps },
    pairLimit: { enabled: false },
    statuses: STATUSES,
  });
  await simulator.setFaults(answerMs > 0 ? [{ kind: 'latency', ms: answerMs }] : []);
}
