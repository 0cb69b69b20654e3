import { describe, expect, it } from 'vitest';
import { emptyDistribution, record, toPlain } from '../shared/distribution';
import type { Snapshot } from '../shared/snapshot';
import { changesOf, healthOf, reasonsOf, RULES } from './rules';
import type { Alert, Facts } from './schema';

const AT = 1_795_000_000_000;
const quiet: Facts = {
  at: AT,
  recent: {},
  recentMs: 300_000,
  instances: 1,
  spentUsd: 1,
  budgetUsd: 0,
  channels: [],
  campaigns: [],
  queues: { messages: 0, jobs: 0 },
  deadLetters: 0,
  expiringMedia: 0,
  schedules: [],
  mergedAt: AT,
};
const channel = { id: '100000000000001', quality: 'GREEN', paused: null };
const campaign = { id: 'spring', channelId: channel.id, pausedBy: null, stalledMs: 0 };
const run = {
  name: 'everyMinute',
  everyMs: 60_000,
  lastRunAt: AT,
  durationMs: 10,
  outcome: 'ok' as const,
  error: null,
  failures: 0,
  cost: { reads: 3, writes: 0, deletes: 0 },
};
const requests = (ok: number, error: number): Snapshot => ({
  recado_requests_total: { 'queue.normal|ok': ok, 'queue.normal|error': error },
});
const minutes = (n: number): number => n * 60_000;

/** Facts in which a rule finds something, and those just below, in which it finds nothing. */
const CASES: [rule: string, subject: string, over: Partial<Facts>, below: Partial<Facts>][] = [
  ['error-rate', 'queue.normal', { recent: requests(95, 5) }, { recent: requests(96, 4) }],
  // Too few to say.
  ['error-rate', 'queue.normal', { recent: requests(10, 10) }, { recent: requests(0, 19) }],
  [
    'failed-sends',
    'all',
    {
      recent: {
        recado_whatsapp_requests_total: { 'messages|accepted|': 18, 'messages|rejected|131026': 2 },
      },
    },
    {
      recent: {
        recado_whatsapp_requests_total: { 'messages|accepted|': 28, 'messages|unknown|': 2 },
      },
    },
  ],
  [
    'channel-paused',
    channel.id,
    { channels: [{ ...channel, paused: { reason: 'token', code: 190 } }] },
    { channels: [{ ...channel, paused: { reason: 'holidays', code: null } }] },
  ],
  [
    'quality-drop',
    channel.id,
    { channels: [{ ...channel, quality: 'YELLOW' }] },
    { channels: [{ ...channel, quality: null }] },
  ],
  [
    'campaign-stalled',
    'spring',
    { channels: [channel], campaigns: [{ ...campaign, stalledMs: minutes(10) }] },
    // It waits for its number, of which another alert tells.
    {
      channels: [{ ...channel, paused: { reason: 'holidays', code: null } }],
      campaigns: [{ ...campaign, stalledMs: minutes(60) }],
    },
  ],
  [
    'campaign-paused',
    'spring',
    { campaigns: [{ ...campaign, pausedBy: { reason: 'template-unavailable', code: 132001 } }] },
    { campaigns: [campaign] },
  ],
  ['dead-letters', 'all', { deadLetters: 1 }, {}],
  ['overdue-messages', 'all', { queues: { messages: 500, jobs: 0 } }, {}],
  ['media-expiring', 'all', { expiringMedia: 3 }, {}],
  ['budget', 'all', { spentUsd: 2, budgetUsd: 2 }, { spentUsd: 200, budgetUsd: 0 }],
  [
    'schedule-late',
    'everyMinute',
    { schedules: [{ ...run, lastRunAt: AT - minutes(20) }] },
    { schedules: [{ ...run, lastRunAt: AT - minutes(19) }] },
  ],
  [
    'schedule-failing',
    'everyMinute',
    { schedules: [{ ...run, outcome: 'failed', error: 'failed: jobs' }] },
    { schedules: [run] },
  ],
];

describe('rules', () => {
  it('each has a case here', () => {
    expect([...new Set(CASES.map(([rule]) => rule))].sort()).toEqual(
      RULES.map(({ id }) => id).sort(),
    );
  });

  it.each(CASES)('%s', (rule, subject, over, below) => {
    const opened = (facts: Partial<Facts>) =>
      changesOf({ ...quiet, ...facts }, []).map(({ rule: { id }, finding, to }) => [
        id,
        finding.subject,
        to,
      ]);
    expect(opened(over)).toEqual([[rule, subject, 'open']]);
    expect(opened(below)).toEqual([]);
  });
});

describe('an alert', () => {
  const open = (rule: string, subject: string): Alert => ({
    ...{ rule, subject, severity: 'critical', title: '', text: '', value: 6, status: 'open' },
    ...{ openedAt: AT, closedAt: null, episode: 1, isActive: true, toTell: null, attempts: 0 },
    ...{ toldAt: null, tellError: null },
  });
  const alert = open('error-rate', 'queue.normal');
  const changes = (recent: Snapshot) => changesOf({ ...quiet, recent }, [alert]);

  it('that is open is not opened again', () => {
    expect(changes(requests(80, 20))).toEqual([]);
  });
  it('stays open between the limits, so that it does not flicker', () => {
    expect(changes(requests(97, 3))).toEqual([]);
  });
  it('closes below the lower limit', () => {
    expect(changes(requests(98, 2))).toMatchObject([{ to: 'closed' }]);
  });
  it('closes when there is nothing of it any more', () => {
    expect(changes({})).toMatchObject([{ to: 'closed', finding: { subject: 'queue.normal' } }]);
  });
});

describe('the status', () => {
  const statusOf = (facts: Partial<Facts>) => healthOf(reasonsOf({ ...quiet, ...facts }));

  it('is healthy without a reason, critical with a bad one, else degraded', () => {
    expect(statusOf({})).toBe('healthy');
    expect(statusOf({ deadLetters: 1 })).toBe('degraded');
    expect(statusOf({ recent: requests(50, 50), deadLetters: 1 })).toBe('critical');
  });

  it('is degraded by what exceeds a threshold, and says what', () => {
    const slow = emptyDistribution();
    for (let n = 0; n < 100; n++) record(slow, n < 98 ? 0.01 : 0.4);
    const recent: Snapshot = {
      recado_firestore_request_duration_seconds: { write: toPlain(slow) },
      recado_heap_bytes: { 'jobs.run': 600 * 1024 * 1024 },
    };
    expect(statusOf({ recent })).toBe('degraded');
    expect(reasonsOf({ ...quiet, recent }).map(({ rule, subject }) => [rule, subject])).toEqual([
      ['write-latency', 'write'],
      ['heap', 'jobs.run'],
    ]);
  });
});
