// The worker as BullMQ's documentation advises: a limiter for all workers of the queue, retries with
// backoff, what cannot succeed fails at once, "too many" holds the queue. A job that stalled comes
// again, so it looks first whether its message was accepted.
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { LOCAL } from '../../../lib/localConfig.ts';
import { messageKey, QUEUE, type Job } from './jobs.ts';

const { REDIS_PORT, GRAPH_BASE, LIMIT, CONCURRENCY } = process.env;
const connection = new Redis(Number(REDIS_PORT), '127.0.0.1', { maxRetriesPerRequest: null });
const queue = new Queue<Job>(QUEUE, { connection });

const TOO_FAST = 130429;
/** WhatsApp does not say how long to wait. A longer hold leaves more of the throughput unused. */
const HOLD_MS = 100;

const worker = new Worker<Job>(
  QUEUE,
  async ({ data: { key, phone, body }, attemptsStarted }) => {
    if (attemptsStarted > 1 && (await connection.hexists(messageKey(key), 'wamid'))) return;
    const response = await fetch(`${GRAPH_BASE}/v25.0/${LOCAL.channelId}/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: `+${phone}`,
        type: 'text',
        text: { body },
        biz_opaque_callback_data: key,
      }),
    });
    const answer = (await response.json()) as Answer;
    if (answer.messages) {
      await connection.hset(messageKey(key), 'wamid', answer.messages[0].id);
      return;
    }
    if (answer.error?.code === TOO_FAST) {
      await queue.rateLimit(HOLD_MS);
      throw Worker.RateLimitError();
    }
    const text = `WhatsApp answered ${response.status}, ${answer.error?.code}`;
    throw response.status >= 500 ? new Error(text) : new UnrecoverableError(text);
  },
  {
    connection,
    concurrency: Number(CONCURRENCY),
    limiter: { max: Number(LIMIT), duration: 1_000 },
  },
);
worker.on('error', (error) => console.error(error));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    void worker.close().finally(() => process.exit(0));
  });
}

interface Answer {
  messages?: [{ id: string }];
  error?: { code: number };
}
