import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { LOCAL } from '../../lib/localConfig.ts';

const { REDIS_PORT, GRAPH_BASE, LIMIT, CONCURRENCY } = process.env;

const TOO_FAST = 130429;
/** WhatsApp does not say how long to wait. A longer hold leaves more of the throughput unused. */
const HOLD_MS = 100;

/** What a queue's jobs are about. */
interface Sender<Job> {
  queue: string;
  /** The hash, and the field of it, in which a job's wamid is written down. */
  sentAt: (job: Job) => [key: string, field: string];
  /** What WhatsApp is asked. */
  messageOf: (job: Job) => object;
}

interface Answer {
  messages?: [{ id: string }];
  error?: { code: number };
}

/**
 * A worker as BullMQ's documentation advises: a limiter for all workers of the queue, retries with
 * backoff, what cannot succeed fails at once, "too many" holds the queue. A job that stalled comes
 * again, so it looks first whether its message was accepted.
 */
export function startSender<Job>({ queue: name, sentAt, messageOf }: Sender<Job>): void {
  const connection = new Redis(Number(REDIS_PORT), '127.0.0.1', { maxRetriesPerRequest: null });
  const queue = new Queue(name, { connection });
  const worker = new Worker<Job>(
    name,
    async ({ data, attemptsStarted }) => {
      const [key, field] = sentAt(data);
      if (attemptsStarted > 1 && (await connection.hexists(key, field))) return;
      const response = await fetch(`${GRAPH_BASE}/v25.0/${LOCAL.channelId}/messages`, {
        method: 'POST',
        headers: { authorization: `Bearer ${LOCAL.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          messaging_product: 'whatsapp',
          recipient_type: 'individual',
          ...messageOf(data),
        }),
      });
      const answer = (await response.json()) as Answer;
      if (answer.messages) {
        await connection.hset(key, field, answer.messages[0].id);
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
}
