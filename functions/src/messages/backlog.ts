import { batchAggregation } from '../batch/batchAggregation';
import { now } from '../platform/clock';
import { messages } from './store';

/** What is due for longer than this should have been looked at. */
const OVERDUE_MS = 5 * 60_000;
/** WhatsApp keeps what a customer sent for seven days. */
const MEDIA_MS = 7 * 24 * 60 * 60_000;
const WARNING_MS = 24 * 60 * 60_000;
const MEDIA = ['image', 'video', 'audio', 'document', 'sticker'];

/** How many messages are due and nobody has looked at them; one read per 1,000. */
export async function countOverdue(): Promise<number> {
  const [overdue] = await batchAggregation(messages, [
    { where: [['dueAt', '<=', now() - OVERDUE_MS]], count: true },
  ]);
  return overdue?.count ?? 0;
}

/**
 * How many of customers' files WhatsApp deletes within a day. A read per 1,000, each kind of file;
 * the figure may be an hour old.
 */
export async function countExpiringMedia(): Promise<number> {
  const hour = Math.floor(now() / 3_600_000) * 3_600_000;
  const [expiring] = await batchAggregation(
    messages,
    [
      {
        where: [
          ['direction', '==', 'in'],
          ['type', 'in', MEDIA],
          ['timestamp', '>', hour - MEDIA_MS],
          ['timestamp', '<=', hour - MEDIA_MS + WARNING_MS],
        ],
        count: true,
      },
    ],
    { maxAgeMs: 3_600_000 },
  );
  return expiring?.count ?? 0;
}
