import { Memory } from '../../../functions/lib/platform/cache/memory.js';
import { setClock } from '../../../functions/lib/platform/clock.js';
import type { Conversation } from '../../../functions/lib/conversations/schema.js';
import { zipf } from '../../bench/cache/workload.ts';
import { seeded } from '../../whatsapp-simulator/random.ts';
import type { Measure } from './types.ts';

/** An instance of the webhook at its peak: conversations it has to do with, look-ups a second. */
const LOAD = { conversations: 20_000, perSecond: 500, seconds: 45 };
/** As long as the product keeps them (conversations/store.ts). */
const MAX_AGE_MS = 15_000;
const MIB = 2 ** 20;

/** How many look-ups of conversations a cache of so many MiB answers, in simulated time. */
export const cache: Measure = {
  figure: 'conversations answered by the cache',
  unit: '% of look-ups',
  better: 'higher',
  open() {
    // Each value has the same workloads.
    const runs = new Map<number, number>();
    return Promise.resolve({
      run: (mib) => {
        const seed = (runs.get(mib) ?? 0) + 1;
        runs.set(mib, seed);
        return Promise.resolve({ figure: hitPercent(mib * MIB, seed), guards: [] });
      },
      close: () => Promise.resolve(),
    });
  },
};

function hitPercent(maxBytes: number, seed: number): number {
  const random = seeded(seed);
  const wanted = zipf(LOAD.conversations, random);
  let time = Date.UTC(2027, 2, 1, 12);
  const restore = setClock(() => time);
  const memory = new Memory<Stored>({ name: 'tune', maxAgeMs: MAX_AGE_MS, maxBytes });
  const count = LOAD.perSecond * LOAD.seconds;
  let hits = 0;
  try {
    for (let n = 0; n < count; n++) {
      time += 1_000 / LOAD.perSecond;
      const id = `100000000000001_${String(wanted()).padStart(20, 'c')}`;
      if (memory.peek(id)) hits++;
      else memory.put(id, { value: conversation(id, time), at: time });
    }
  } finally {
    restore();
  }
  return (hits * 100) / count;
}

/** What is kept of one: its document, and the version. */
interface Stored {
  id: string;
  data: Conversation;
  version: string;
}

const conversation = (id: string, at: number): Stored => ({
  id,
  version: `${Math.floor(at / 1_000)}.123456000`,
  data: {
    channelId: '100000000000001',
    contactId: id.slice(16),
    contactName: 'Ana García López',
    address: { phone: '+34600111222', bsuid: 'ES.1234567890123456' },
    status: 'open',
    snoozedUntil: null,
    participants: ['agent-of-the-team-number-1', 'agent-of-the-team-number-2'],
    assigneeId: 'agent-of-the-team-number-1',
    labels: ['sales', 'waiting'],
    unreadCount: 2,
    lastMessage: { text: 'x'.repeat(100), type: 'text', direction: 'in' },
    lastMessageAt: at,
    lastInboundAt: at,
    lastInboundWamid: `wamid.${'x'.repeat(50)}`,
    createdAt: at,
    openedAt: at,
    replies: { 'agent-of-the-team-number-1': at },
  },
});
