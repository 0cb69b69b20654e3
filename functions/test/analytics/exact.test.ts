import type { QueryDocumentSnapshot } from '@google-cloud/firestore';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { windowOf } from '../../src/analytics/counted';
import { countedEvents, metrics } from '../../src/analytics/store';
import { fold } from '../../src/analytics/fold';
import { DAY_MS } from '../../src/analytics/levels';
import { bringUpToDate } from '../../src/analytics/minute';
import { publishEvents } from '../../src/analytics/publish';
import { rebuild } from '../../src/analytics/rebuild';
import { rollUp } from '../../src/analytics/rollUp';
import type { ChangeEvent } from '../../src/analytics/schema';
import { EVENTS, NO_DIMENSIONS, type Fact } from '../../src/shared/fact';
import { hashId } from '../../src/shared/ids';
import { db } from '../../src/platform/firestore';
import { installFaults, type Faults } from '../batch/faults';
import { useProject } from '../support/project';
import { seededRandom, type Random } from '../support/random';
import { makeImpatientTopic, makeRelay, type Relay } from '../support/relay';
import { allDeadLetters, clearFirestore } from '../support/stored';
import { waitFor } from '../support/waitFor';

useProject('analytics-exact');

let random: Random;
let faults: Faults;
let relay: Relay;
beforeAll(async () => {
  random = seededRandom('analytics-exact');
  faults = installFaults();
  await makeImpatientTopic();
});
beforeEach(async () => {
  await clearFirestore();
  relay = makeRelay();
});

const DAYS = 4;
const all = () => ({ from: Date.now() - (DAYS + 1) * DAY_MS, to: Date.now() + DAY_MS });

/** All documents: the level is not indexed. */
async function ofLevel(level: string): Promise<QueryDocumentSnapshot[]> {
  const { docs } = await db().collection(metrics.path).get();
  return docs.filter((doc) => doc.get('level') === level);
}

/** What the figures come to, over everything. */
async function stored(level: string): Promise<Record<string, number>> {
  const docs = await ofLevel(level);
  const sums: Record<string, number> = {};
  for (const doc of docs) {
    if (level !== 'minute' && !doc.id.endsWith('kinds')) continue;
    for (const text of Object.values(doc.get('series') as Record<string, string>)) {
      for (const [name, slots] of Object.entries(JSON.parse(text) as object)) {
        for (const count of Object.values(slots as Record<string, number>)) {
          if ((EVENTS as readonly string[]).includes(name)) sums[name] = (sums[name] ?? 0) + count;
        }
      }
    }
  }
  return sums;
}

/** A message whose states come one by one, some told differently later, over the last days. */
function someMessage(): object[] {
  const timestamp = Date.now() - random.below(DAYS * DAY_MS);
  const common = {
    channelId: random.pick(['1', '2']),
    conversationId: 'none',
    type: random.pick(['text', 'image', 'template']),
    timestamp,
  };
  if (random.next() < 0.4) return [{ ...common, direction: 'in', userId: null }];
  const after = (): number => Math.min(Date.now(), timestamp + random.below(3 * 3_600_000));
  const states = random
    .shuffle(['acceptedAt', 'sentAt', 'deliveredAt', 'readAt', 'failedAt', 'readAt'])
    .slice(0, 1 + random.below(6));
  const versions: object[] = [
    { ...common, direction: 'out', userId: random.pick(['abel', 'bea', null]), attempts: 0 },
  ];
  for (const state of states) versions.push({ ...versions.at(-1), [state]: after() });
  return versions;
}

describe('with triggers that repeat, late events in any order, and crashes', () => {
  it('the figures are what the documents tell, on every level', async () => {
    const messages = Array.from({ length: 120 }, (_, n) => ({
      id: `m${n}`,
      versions: someMessage(),
    }));
    for (let round = 0; messages.some(({ versions }) => versions.length > 0); round++) {
      const batch = db().batch();
      for (const { id, versions } of random.shuffle(messages)) {
        const next = random.next() < 0.7 ? versions.shift() : undefined;
        if (next) batch.set(db().doc(`messages/${id}`), next);
      }
      await batch.commit();
      await relay.pass(() => 1 + random.below(3));
      // Dies at any of its requests to Firestore; what it pulled comes again after 10 s.
      const [dying, how] = [random.below(9), random.pick(['crash-before', 'crash-after'] as const)];
      if (round % 2 === 0) faults.plan((n) => (n === dying ? how : undefined));
      await bringUpToDate(0).catch(() => undefined);
      faults.end();
    }
    await waitFor(
      'what was pulled and not acknowledged to be counted',
      async () => {
        await bringUpToDate(0);
        return (await rebuild(all())).difference === 0;
      },
      60_000,
    );

    const report = await rebuild(all());
    expect(report).toMatchObject({ difference: 0, examples: [] });
    expect(report.compared).toBeGreaterThan(300);
    // What is over is on every level; today's is in minutes at least.
    expect(await stored('hour')).toEqual(await stored('day'));
    expect(Object.keys(await stored('minute')).sort()).toEqual(
      ['delivered', 'failed', 'read', 'received', 'sent'].sort(),
    );
    expect(await allDeadLetters()).toEqual([]);
  });
});

const fact = (event: Fact['event'], at: number, fields: Partial<Fact> = {}): Fact => ({
  ...NO_DIMENSIONS,
  channelId: '1',
  direction: 'out',
  type: 'text',
  event,
  at,
  count: 1,
  value: null,
  ...fields,
});
let events = 0;
const event = (facts: Fact[], at = Date.now()): ChangeEvent => ({
  id: hashId('test', String(events++)),
  at,
  source: 'messages/1',
  facts,
});

describe('an event', () => {
  it('counts once, however often and with whatever others it comes', async () => {
    const at = Date.now() - 3_600_000;
    const one = event([fact('sent', at)]);
    expect(await fold([one, one])).toBe(1);
    expect(await fold([one, event([fact('sent', at)])])).toBe(1);
    expect(await fold([one])).toBe(0);
    expect(await stored('minute')).toEqual({ sent: 2 });
  });

  it.each(['before', 'after', 'timeout', 'crash-before', 'crash-after'] as const)(
    'counts once when its commit goes wrong: %s',
    async (fault) => {
      const some = [event([fact('sent', Date.now())]), event([fact('read', Date.now())])];
      let isFirst = true;
      faults.plan((_, method) => {
        if (method !== 'commit' || !isFirst) return undefined;
        isFirst = false;
        return fault;
      });
      await fold(some).catch(() => undefined);
      faults.end();
      await fold(some);
      expect(await stored('minute')).toEqual({ sent: 1, read: 1 });
    },
  );

  it('counts once when two runs take it at the same time', async () => {
    const some = Array.from({ length: 50 }, () => event([fact('sent', Date.now())]));
    const counted = await Promise.all([fold(some), fold(some), fold(random.shuffle(some))]);
    expect(counted.reduce((sum, n) => sum + n, 0)).toBe(50);
    expect(await stored('minute')).toEqual({ sent: 50 });
  });

  it('counts once beside others of the same minute, whose documents changed at other times', async () => {
    const at = Date.now();
    const some = Array.from({ length: 6 }, (_, n) => event([fact('sent', at)], at - n * 3_600_000));
    await Promise.all(some.map((one) => fold([one])));
    expect(await stored('minute')).toEqual({ sent: 6 });
  });

  it('is kept as a dead letter when it is too old to know whether it was counted', async () => {
    await fold([event([fact('sent', Date.now())], Date.now() - 9 * DAY_MS)]);
    await fold([event([fact('sent', Date.now() - 40 * DAY_MS), fact('read', Date.now())])]);
    expect((await allDeadLetters()).map(({ kind, reason }) => [kind, reason]).sort()).toEqual([
      ['event', 'a fact about a time over 32 days ago'],
      ['event', 'an event of over eight days ago'],
    ]);
    expect(await stored('minute')).toEqual({ read: 1 });
  });

  it('that nobody understands is kept as a dead letter, and stops no other', async () => {
    await publishEvents([{ id: 'x' } as never, event([fact('sent', Date.now())])]);
    await waitFor(
      'both',
      async () => (await bringUpToDate(0), (await allDeadLetters()).length === 1),
    );
    expect(await stored('minute')).toEqual({ sent: 1 });
  });

  it('of a full memory goes on in the next part', async () => {
    const window = windowOf(Date.now() - 3_600_000);
    const at = Date.parse(`${window}Z`);
    const full = event([fact('sent', at)], at);
    const hashes = Buffer.alloc(800_000);
    hashes.writeBigUInt64BE(BigInt(`0x${full.id.slice(0, 16)}`), 8);
    await db().doc(`${countedEvents.path}/${window}~0`).set({ hashes, expiresAt: 1e15 });
    expect(await fold([full, event([fact('sent', at)], at)])).toBe(1);
    expect(await fold([full])).toBe(0);
    const { docs } = await db().collection(countedEvents.path).get();
    expect(docs.map(({ id }) => id)).toEqual([`${window}~0`, `${window}~1`]);
  });
});

describe('merging upwards', () => {
  const hourAgo = Date.now() - 3_600_000;

  it.each(['crash-before', 'crash-after', 'after'] as const)(
    'gives the same when it dies or is done again: %s',
    async (fault) => {
      await fold([event([fact('sent', hourAgo), fact('sent', hourAgo + 1)])]);
      faults.plan((_, method) => (method === 'commit' ? fault : undefined));
      await rollUp().catch(() => undefined);
      faults.end();
      await rollUp();
      expect(await rollUp()).toBe(0);
      expect([await stored('hour'), await stored('day')]).toEqual([{ sent: 2 }, { sent: 2 }]);
    },
  );

  it('takes in what comes late, and takes back what was told wrongly', async () => {
    await fold([event([fact('sent', hourAgo), fact('failed', hourAgo, { agentId: 'abel' })])]);
    await rollUp();
    await fold([
      event([fact('failed', hourAgo, { agentId: 'abel', count: -1 }), fact('read', hourAgo)]),
    ]);
    await rollUp();
    expect(await stored('hour')).toEqual({ sent: 1, read: 1 });
    const figures = await ofLevel('hour');
    expect(figures.find(({ id }) => id.endsWith('agents'))?.get('series')).toEqual({});
  });
});

describe('rebuilding', () => {
  it('finds what is wrong, says where, and repairs it on every level', async () => {
    const at = Date.now() - 2 * 3_600_000;
    await db().doc('messages/m1').set({
      channelId: '1',
      type: 'text',
      userId: null,
      direction: 'in',
      timestamp: at,
    });
    await relay.pass();
    await waitFor('it to be counted', async () => (await bringUpToDate(0)).merged > 0);
    expect(await rebuild(all())).toMatchObject({ difference: 0 });

    await fold([event([fact('sent', at, { agentId: 'abel' })])]);
    const wrong = await rebuild(all());
    expect(wrong.difference).toBeGreaterThanOrEqual(3);
    expect(wrong.examples[0]).toMatchObject({ name: 'sent', stored: 1, source: 0 });

    expect(await rebuild(all(), true)).toMatchObject({ difference: 0 });
    expect(await stored('hour')).toEqual({ received: 1 });
    expect(await stored('day')).toEqual({ received: 1 });
  });
});
