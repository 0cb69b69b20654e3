// Writes the statuses down that come for a campaign: each once, with its time, and what it adds to
// the counts. Answers when they are in Redis. Listens on the port it is given.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { countsKey, statusesKey } from './jobs.ts';

interface Body {
  entry: { changes: { value: { statuses?: Status[] } }[] }[];
}
interface Status {
  status: string;
  timestamp: string;
  biz_opaque_callback_data?: string;
}

const { REDIS_PORT, WHATSAPP_APP_SECRET = '' } = process.env;
const redis = new Redis(Number(REDIS_PORT), '127.0.0.1');

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const raw = Buffer.concat(parts);
    if (!isSigned(raw, request.headers['x-hub-signature-256'])) {
      response.writeHead(401).end();
      return;
    }
    keep(JSON.parse(raw.toString()) as Body).then(
      () => response.writeHead(200).end(),
      (error: unknown) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
}).listen(Number(process.argv[2]), '127.0.0.1');

function isSigned(raw: Buffer, header: string | string[] | undefined): boolean {
  const hash = createHmac('sha256', WHATSAPP_APP_SECRET).update(raw).digest('hex');
  const expected = Buffer.from(`sha256=${hash}`);
  const given = Buffer.from(String(header));
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function keep(body: Body): Promise<void> {
  const statuses = body.entry
    .flatMap(({ changes }) => changes)
    .flatMap(({ value }) => value.statuses ?? [])
    .map(({ status, timestamp, biz_opaque_callback_data: data = '' }) => {
      const [campaignId = '', recipient = ''] = data.split('.');
      return { campaignId, recipient, status, timestamp };
    });
  const first = redis.pipeline();
  for (const { campaignId, recipient, status, timestamp } of statuses) {
    first.hsetnx(statusesKey(campaignId), `${recipient}:${status}`, timestamp);
  }
  const results = (await first.exec()) ?? [];
  const counts = redis.pipeline();
  for (const [index, { campaignId, status }] of statuses.entries()) {
    if (results[index]?.[1] === 1) counts.hincrby(countsKey(campaignId), status, 1);
  }
  await counts.exec();
}
