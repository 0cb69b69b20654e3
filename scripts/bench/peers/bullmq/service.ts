// The service as many write it: Express takes messages and puts each into a BullMQ queue, and
// writes down the statuses that WhatsApp posts. Listens on the port it is given.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Queue } from 'bullmq';
import express, { type Request } from 'express';
import { Redis } from 'ioredis';
import { messageKey, QUEUE, type Job } from './jobs.ts';

const { REDIS_PORT, API_KEY, WHATSAPP_APP_SECRET = '' } = process.env;
const DAY_SECONDS = 24 * 60 * 60;

const redis = new Redis(Number(REDIS_PORT), '127.0.0.1', { maxRetriesPerRequest: null });
const queue = new Queue<Job>(QUEUE, { connection: redis });
const app = express();

app.post('/messages', express.json(), async (request, response) => {
  if (request.get('authorization') !== `Bearer ${API_KEY}`) {
    response.status(401).end();
    return;
  }
  const { key, phone, body } = request.body as Partial<Job>;
  if (!key || !phone || !body) {
    response.status(400).json({ error: 'give "key", "phone" and "body"' });
    return;
  }
  await queue.add(
    'send',
    { key, phone, body },
    {
      // A call that is repeated adds nothing.
      jobId: key,
      attempts: 5,
      backoff: { type: 'exponential', delay: 1_000 },
      removeOnComplete: { age: DAY_SECONDS },
    },
  );
  response.status(202).json({ key });
});

interface Webhook {
  entry: { changes: { value: { statuses?: Status[] } }[] }[];
}
interface Status {
  status: string;
  timestamp: string;
  biz_opaque_callback_data?: string;
}

app.post('/webhook', express.raw({ type: '*/*', limit: '3mb' }), async (request, response) => {
  if (!isSigned(request)) {
    response.status(401).end();
    return;
  }
  const { entry } = JSON.parse((request.body as Buffer).toString()) as Webhook;
  const statuses = entry.flatMap(({ changes }) =>
    changes.flatMap(({ value }) => value.statuses ?? []),
  );
  const pipeline = redis.pipeline();
  for (const { biz_opaque_callback_data: key, status, timestamp } of statuses) {
    if (key) pipeline.hsetnx(messageKey(key), status, timestamp);
  }
  await pipeline.exec();
  response.status(200).end();
});

function isSigned(request: Request): boolean {
  const hash = createHmac('sha256', WHATSAPP_APP_SECRET).update(request.body as Buffer);
  const expected = Buffer.from(`sha256=${hash.digest('hex')}`);
  const given = Buffer.from(request.get('x-hub-signature-256') ?? '');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

app.listen(Number(process.argv[2]), '127.0.0.1');
