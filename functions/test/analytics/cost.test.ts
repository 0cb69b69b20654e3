import { expect, it } from 'vitest';
import { bringUpToDate } from '../../src/analytics/minute';
import { publishEvents } from '../../src/analytics/publish';
import { countedEvents } from '../../src/analytics/store';
import { db } from '../../src/platform/firestore';
import type { ChangeEvent } from '../../src/analytics/schema';
import { setClock } from '../../src/platform/clock';
import { NO_DIMENSIONS } from '../../src/shared/fact';
import { hashId } from '../../src/shared/ids';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { connectChannel } from '../support/stored';
import { waitFor } from '../support/waitFor';

useProject('analytics-cost');

const QUARTER = 15 * 60_000;
const START = Math.floor(Date.now() / QUARTER) * QUARTER - 4 * QUARTER;
const PER_MINUTE = 100;
const MINUTES = 20;
/** What a slow emulator handed out in vain comes again after a minute. */
const REDELIVERED_MS = 100_000;

/** A minute's events: of several channels, types, agents and a campaign. */
const minuteOf = (minute: number): ChangeEvent[] =>
  Array.from({ length: PER_MINUTE }, (_, n) => ({
    id: hashId('cost', String(minute), String(n)),
    at: START + minute * 60_000 + n,
    source: `messages/${n}`,
    facts: [
      {
        ...NO_DIMENSIONS,
        event: 'sent',
        at: START + minute * 60_000 + n,
        count: 1,
        value: null,
        channelId: '1',
        direction: 'out',
        type: n % 3 === 0 ? 'image' : 'text',
        agentId: `agent${n % 5}`,
        campaignId: n % 7 === 0 ? 'spring' : null,
      },
    ],
  }));

it(
  'at a hundred events a minute, an event costs at most 0.1 billed operations',
  { timeout: 300_000 },
  async () => {
    await connectChannel('1');
    let minute = 0;
    const restore = setClock(() => START + (minute + 1) * 60_000);
    const bill = { reads: 0, writes: 0, deletes: 0 };
    // Over the end of a quarter of an hour, so that merging is among it.
    for (; minute < MINUTES; minute++) {
      await publishEvents(minuteOf(minute));
      let counted = 0;
      const { reads, writes, deletes } = await billOf(() =>
        waitFor(
          'the minute to be counted',
          async () => {
            counted += (await bringUpToDate(0)).counted;
            return counted === PER_MINUTE;
          },
          REDELIVERED_MS,
        ),
      );
      bill.reads += reads;
      bill.writes += writes;
      bill.deletes += deletes;
    }
    restore();
    const memories = (await db().collection(countedEvents.path).count().get()).data().count;
    const events = MINUTES * PER_MINUTE;
    // What remembers the events is removed after nine days.
    const operations = bill.reads + bill.writes + bill.deletes + memories;
    console.log(
      `${events} events: ${bill.reads} reads, ${bill.writes} writes, ${memories} deletes`,
    );
    expect(operations / events).toBeLessThanOrEqual(0.1);
  },
);
