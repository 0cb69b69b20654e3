import { randomUUID } from 'node:crypto';
import type { ChangeEvent } from '../../../functions/lib/analytics/schema.js';
import { NO_DIMENSIONS } from '../../../functions/lib/shared/fact.js';
import { hashId } from '../../../functions/lib/shared/ids.js';

const KINDS = [
  { event: 'received', direction: 'in' },
  { event: 'sent', direction: 'out' },
  { event: 'delivered', direction: 'out' },
  { event: 'read', direction: 'out' },
] as const;

/** Events of a number's minute: of five agents, three types, some of a campaign. */
export const eventsOf = (at: number, count: number): ChangeEvent[] =>
  Array.from({ length: count }, (_, n) => {
    const kind = KINDS[n % KINDS.length] as (typeof KINDS)[number];
    const time = at + (n % 60_000);
    return {
      id: hashId(randomUUID()),
      at: time,
      source: `messages/${n}`,
      facts: [
        {
          ...NO_DIMENSIONS,
          ...kind,
          at: time,
          count: 1,
          value: null,
          channelId: '100000000000001',
          type: ['text', 'image', 'template'][n % 3] as string,
          agentId: kind.direction === 'out' ? `agent${n % 5}` : null,
          campaignId: n % 6 === 0 ? 'spring-2027' : null,
        },
      ],
    };
  });
