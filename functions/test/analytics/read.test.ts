import { beforeAll, describe, expect, it } from 'vitest';
import { fold } from '../../src/analytics/fold';
import type { Metrics, MetricRow } from '../../src/analytics/get';
import { DAY_MS } from '../../src/analytics/levels';
import { rollUp } from '../../src/analytics/rollUp';
import { getInput } from '../../src/analytics/schema';
import { analyticsGet } from '../../src/entry/callables/analyticsGet';
import { clearCaches } from '../../src/platform/cache';
import { setClock } from '../../src/platform/clock';
import { NO_DIMENSIONS, type Fact } from '../../src/shared/fact';
import { hashId } from '../../src/shared/ids';
import { as, call, codeOf, storeTeam } from '../support/calling';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { seededRandom } from '../support/random';

useProject('analytics-read');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Wednesday in the week after Madrid's clocks went forward. */
const NOW = Date.parse('2027-03-31T17:50:30Z');
const facts: Fact[] = [];

/** What the figures have to be: counted by hand from the facts. */
const expected = (
  event: Fact['event'],
  from: number,
  to: number,
  holds: (fact: Fact) => boolean = () => true,
): number =>
  facts.filter((fact) => fact.event === event && fact.at >= from && fact.at < to && holds(fact))
    .length;

beforeAll(async () => {
  const random = seededRandom('analytics-read');
  await storeTeam();
  let now = NOW - 31 * DAY_MS;
  const restore = setClock(() => now);
  // Day by day, as it happens: facts of a day are counted and merged in its evening.
  for (; now <= NOW; now += DAY_MS) {
    const today = Array.from({ length: 60 }, (): Fact => {
      const direction = random.pick(['in', 'out'] as const);
      return {
        ...NO_DIMENSIONS,
        event:
          direction === 'in' ? 'received' : random.pick(['sent', 'delivered', 'read'] as const),
        at: now - random.below(DAY_MS),
        count: 1,
        value: null,
        channelId: random.pick(['1', '2']),
        direction,
        type: random.pick(['text', 'image']),
        agentId: direction === 'in' ? null : random.pick(['agent', 'bea']),
        campaignId: random.next() < 0.2 ? 'spring-2027' : null,
      };
    });
    today.push({
      ...NO_DIMENSIONS,
      event: 'answered',
      at: now - HOUR,
      count: 1,
      value: 60_000 + random.below(60_000),
      channelId: '1',
      agentId: 'agent',
    });
    facts.push(...today);
    await fold([{ id: hashId('read', String(now)), at: now, source: 'messages/1', facts: today }]);
    await rollUp();
  }
  restore();
  setClock(() => NOW);
});

const get = async (fields: object, role: 'viewer' | 'agent' = 'viewer'): Promise<Metrics> =>
  (await call(analyticsGet, fields, as(role))) as unknown as Metrics;
const range = (days: number) => ({ from: NOW - days * DAY_MS, to: NOW });
const rowsOf = ({ rows }: Metrics): MetricRow[] => rows as MetricRow[];

describe.each(['UTC', 'Europe/Madrid', 'Asia/Kathmandu', 'America/St_Johns', 'Pacific/Kiritimati'])(
  'in %s',
  (timeZone) => {
    it.each([
      ['hour', 3],
      ['day', 25],
      ['month', 40],
    ] as const)('every %s has what happened in it', async (granularity, days) => {
      const rows = rowsOf(await get({ ...range(days), granularity, timeZone }));
      expect(rows.length).toBeGreaterThan(1);
      for (const { start, end, ...row } of rows) {
        if (start < NOW - 31 * DAY_MS) continue;
        for (const event of ['received', 'sent', 'read'] as const) {
          expect([start, event, row[event]]).toEqual([start, event, expected(event, start, end)]);
        }
      }
    });
  },
);

it('the newest minutes are among them, one by one', async () => {
  const { rows } = await get({ from: NOW - 90 * MINUTE, to: NOW, granularity: 'minute' });
  for (const { start, end, sent } of rows as MetricRow[]) {
    expect(sent).toBe(expected('sent', start, end));
  }
  expect(rows).toHaveLength(91);
});

describe('groups', () => {
  it.each([
    ['channelId', '2'],
    ['direction', 'out'],
    ['type', 'image'],
    ['campaignId', 'spring-2027'],
    ['agentId', 'bea'],
  ] as const)('by %s', async (group, value) => {
    const { from, to, totals } = await get({ ...range(10), group });
    const total = totals.find((some) => some.group === value);
    expect(total?.sent).toBe(expected('sent', from, to, (fact) => fact[group] === value));
    expect(total?.sent).toBeGreaterThan(0);
  });

  it('within a channel', async () => {
    const { from, to, totals } = await get({
      ...range(10),
      group: 'type',
      where: { channelId: '1' },
    });
    expect(totals.find(({ group }) => group === 'text')?.received).toBe(
      expected('received', from, to, ({ channelId, type }) => channelId === '1' && type === 'text'),
    );
  });

  it('that are not counted together are refused, but for minutes', async () => {
    const asked = { group: 'agentId', where: { type: 'text' } };
    const error = await get({ ...range(2), ...asked }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid-argument', details: { reason: 'not-together' } });
    const minutes = { from: NOW - HOUR, to: NOW, granularity: 'minute' };
    expect(await codeOf(get({ ...minutes, ...asked }))).toBe('ok');
  });
});

it('the period before has as many days', async () => {
  const { from, before, totals } = await get({
    ...range(9),
    compare: true,
    timeZone: 'Europe/Madrid',
  });
  // One of the ten days before has 23 hours.
  expect(before).toMatchObject({ to: from, from: from - 10 * DAY_MS });
  expect(before?.totals[0]?.read).toBe(expected('read', before?.from as number, from));
  expect(totals[0]?.deliveryRate).toBeGreaterThan(0);
});

it('first answers are told as percentiles', async () => {
  const { totals } = await get(range(20));
  const { count, p50, p99 } = totals[0]?.firstResponse as NonNullable<
    (typeof totals)[0]
  >['firstResponse'];
  expect(count).toBe(21);
  expect(p50).toBeGreaterThan(60_000 * 0.97);
  expect(p99).toBeLessThan(120_000 * 1.03);
});

describe('what a call costs', () => {
  it.each([
    ['two months by day, and those before', { ...range(27), compare: true }],
    ['three months by hour', { ...range(90), granularity: 'hour' }],
    ['seven years by month', { ...range(6 * 365), granularity: 'month' }],
    ['an hour by minute', { from: NOW - HOUR, to: NOW, granularity: 'minute' }],
  ])('%s: ten reads at most, then none', async (_, asked) => {
    clearCaches();
    const { reads, writes } = await billOf(() => get({ ...asked, group: 'channelId' }));
    // And the caller's own document, every 20 s.
    expect(reads).toBeLessThanOrEqual(11);
    expect(writes).toBe(0);
    expect(await billOf(() => get({ ...asked, group: 'channelId' }))).toMatchObject({ reads: 0 });
  });

  it('a range that would cost more is refused', async () => {
    const error = await get({ ...range(200), granularity: 'hour' }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      code: 'invalid-argument',
      details: { reason: 'range-too-long' },
    });
  });
});

describe('as CSV, page by page', () => {
  it('has a header, times, and the same figures', async () => {
    const asked = { ...range(3), format: 'csv' };
    const first = await get({ ...asked, limit: 2 });
    const second = await get({ ...asked, limit: 2, cursor: first.nextCursor as string });
    expect(second.nextCursor).toBeNull();
    const lines = `${first.csv}${second.csv}`.trim().split('\r\n');
    expect(lines).toHaveLength(5);
    expect(lines[0]).toMatch(/^start,end,group,received,sent,.*firstResponse p50/);
    const [start, end, , received] = (lines[2] as string).split(',');
    expect(Number(received)).toBe(
      expected('received', Date.parse(start as string), Date.parse(end as string)),
    );
  });
});

describe('who may ask', () => {
  it('an agent gets their own figures, and nobody else’s', async () => {
    const mine = await get(range(10), 'agent');
    expect(mine.totals[0]?.sent).toBe(
      expected('sent', mine.from, mine.to, ({ agentId }) => agentId === 'agent'),
    );
    expect(mine.totals[0]?.received).toBe(0);
    expect(await codeOf(get({ ...range(10), where: { agentId: 'bea' } }, 'agent'))).toBe(
      'permission-denied',
    );
    const grouped = await get({ ...range(10), group: 'agentId' }, 'agent');
    expect(grouped.totals.map(({ group }) => group)).toEqual(['agent']);
  });

  it('strangers do not', async () => {
    expect(await codeOf(call(analyticsGet, range(1), null))).toBe('unauthenticated');
  });
});

it.each([
  [{ from: 2, to: 1 }],
  [{ from: 1, to: 2, timeZone: 'Mars/Olympus' }],
  [{ from: 1, to: 2, group: 'contactId' }],
  [{ from: 1, to: 2, cursor: 'x' }],
])('%o is refused', (input) => {
  expect(getInput.safeParse(input).success).toBe(false);
});
