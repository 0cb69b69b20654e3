import { expect, it } from 'vitest';
import type { Flushed } from '../platform/telemetry';
import type { Snapshot } from '../shared/snapshot';
import { isWork, noTotals, recentOf, spentUsd, withFlushes } from './totals';

const AT = Date.UTC(2026, 10, 23, 23, 50);
const minutes = (n: number): number => n * 60_000;
const flush = (snapshot: Snapshot, fields: Partial<Flushed> = {}): Flushed => ({
  at: AT,
  instance: 'a',
  function: 'queue.normal',
  body: JSON.stringify(snapshot),
  ...fields,
});
const requests = (n: number): Snapshot => ({ recado_requests_total: { 'queue.normal|ok': n } });

it('instances add up; what is recent ends', () => {
  let totals = withFlushes(
    noTotals(),
    [flush(requests(2)), flush(requests(3), { instance: 'b' })],
    AT,
  );
  expect(totals.total).toEqual(requests(5));
  expect(Object.keys(totals.instances)).toEqual(['a', 'b']);

  totals = withFlushes(totals, [flush(requests(1), { at: AT + minutes(6) })], AT + minutes(6));
  expect(recentOf(totals, AT + minutes(6)).recent).toEqual(requests(6));
  expect(recentOf(totals, AT + minutes(12)).recent).toEqual(requests(1));
  expect(recentOf(totals, AT + minutes(60)).recent).toEqual({});
  expect(totals.total).toEqual(requests(6));
});

it('of gauges the greatest stays', () => {
  const heap = (bytes: number): Snapshot => ({ recado_heap_bytes: { 'jobs.run': bytes } });
  const totals = withFlushes(noTotals(), [flush(heap(5)), flush(heap(9)), flush(heap(7))], AT);
  expect(recentOf(totals, AT).recent).toEqual(heap(9));
});

it("a day's costs begin anew at midnight", () => {
  const operations: Snapshot = {
    recado_firestore_operations_total: {
      'queue.normal|write': 1_000_000,
      'queue.normal|read': 1_000_000,
    },
  };
  let totals = withFlushes(noTotals(), [flush(operations)], AT);
  expect(spentUsd(totals)).toBeCloseTo(1.2);
  totals = withFlushes(totals, [], AT + minutes(20));
  expect(spentUsd(totals)).toBe(0);
});

it('what an older version flushed and this one does not know is left out', () => {
  const old = { recado_gone_total: { '': 3 } } as Snapshot;
  expect(withFlushes(noTotals(), [flush(old)], AT).total).toEqual({});
});

it('a schedule that found nothing to do is no work, one that failed is', () => {
  const schedule = (outcome: string) =>
    flush(
      { recado_requests_total: { [`schedules.everyMinute|${outcome}`]: 5 } },
      { function: 'schedules.everyMinute' },
    );
  expect(isWork(flush({}))).toBe(true);
  expect(isWork(schedule('ok'))).toBe(false);
  expect(isWork(schedule('error'))).toBe(true);
});
