import { describe, expect, it } from 'vitest';
import { checkThresholds, type Measured } from './thresholds.ts';

const fast = { p50: 1, p95: 2, p99: 3 };
const row = (name: string, fields: object = {}) => ({
  ...{ name, count: 1_000, errors: 0 },
  ...fast,
  ...fields,
});
const phase = (fields: object = {}) => ({
  ...row('stress'),
  ...{ seconds: 10, arrived: 1_000, inTime: 1_000 },
  perSecond: { queue: 1_100, analytics: 600 },
  ...fields,
});
const used = { heapMb: 100, rssMb: 200, cpuPercent: 30, eventLoopDelayMs: 5 };
const good: Measured = {
  families: [row('queue'), row('webhook'), row('analytics')],
  phases: [phase()],
  realtime: { ...fast, count: 500 },
  telemetry: {
    latencies: {
      read: { ...fast, count: 100 },
      write: { ...fast, count: 100 },
      queueAdd: { ...fast, count: 100 },
      whatsappCall: { ...fast, count: 100 },
    },
    requests: { f: { ...fast, count: 20 } },
    functions: { whatsappWebhook: used },
    operations: { read: 50_000, write: 50_000, delete: 0 },
    timeline: [],
  },
};
const { telemetry } = good;
const FULL = { profile: 'stress', form: 'full' } as const;

const broken = (changed: Partial<Measured>, of: Parameters<typeof checkThresholds>[1] = FULL) =>
  checkThresholds({ ...good, ...changed }, of)
    .filter(({ ok }) => !ok)
    .map(({ name }) => name);

describe('the thresholds of a run', () => {
  it('are all kept by a good one', () => {
    expect(broken({})).toEqual([]);
    expect(checkThresholds(good, FULL)).not.toEqual([]);
  });

  it.each<[string, Partial<Measured>]>([
    ['errors', { families: [row('other', { errors: 2 })] }],
    ['errors', { families: [] }],
    ['webhook: p95', { families: [row('webhook', { p95: 151 })] }],
    ['queue: p99', { families: [row('queue', { p99: 301 })] }],
    ['realtime: p50', { realtime: { ...fast, p50: 101, count: 5 } }],
    ['stress: done in time', { phases: [phase({ inTime: 949 })] }],
    ['queue: throughput', { phases: [phase({ perSecond: { queue: 999, analytics: 600 } })] }],
    ['analytics: throughput', { phases: [phase({ perSecond: { queue: 1_100 } })] }],
    ['reads', { telemetry: { ...telemetry, operations: { ...telemetry.operations, read: 1 } } }],
    ['f: heap', { telemetry: { ...telemetry, functions: { f: { ...used, heapMb: 513 } } } }],
    ['f: memory', { telemetry: { ...telemetry, functions: { f: { ...used, rssMb: 1_025 } } } }],
    [
      'f: processor',
      { telemetry: { ...telemetry, functions: { f: { ...used, cpuPercent: 71 } } } },
    ],
    [
      'f: event-loop delay',
      { telemetry: { ...telemetry, functions: { f: { ...used, eventLoopDelayMs: 51 } } } },
    ],
    [
      'read (by the functions): p95',
      {
        telemetry: {
          ...telemetry,
          latencies: { ...telemetry.latencies, read: { ...fast, p95: 26, count: 20 } },
        },
      },
    ],
  ])('tell of %s', (name, changed) => {
    expect(broken(changed)).toEqual([name]);
  });

  it('say nothing of what was measured too seldom', () => {
    const seldom = { ...telemetry.latencies, read: { ...fast, p95: 26, count: 19 } };
    expect(broken({ telemetry: { ...telemetry, latencies: seldom } })).toEqual([]);
    const functions = { f: { ...used, eventLoopDelayMs: 51 } };
    const requests = { f: { ...fast, count: 19 } };
    expect(broken({ telemetry: { ...telemetry, functions, requests } })).toEqual([]);
  });

  it('are wider in the short form, which has no limits of throughput', () => {
    const slow = { families: [row('webhook', { p95: 400 })], phases: [phase({ perSecond: {} })] };
    expect(broken(slow, { profile: 'stress', form: 'short' })).toEqual([]);
  });
});
