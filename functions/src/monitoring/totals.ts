import type { Flushed } from '../platform/telemetry';
import { addSnapshot, seriesOf, type Snapshot } from '../shared/snapshot';
import type { Totals } from './schema';

/** A window is closed after this time; two of them are what is "recent". */
const WINDOW_MS = 5 * 60_000;
const WINDOWS = 2;
/** Firestore's list prices, in USD an operation. */
const PRICE = { read: 0.3e-6, write: 0.9e-6, delete: 0.1e-6 };

export const noTotals = (): Totals => ({
  total: {},
  windows: [],
  instances: {},
  day: { date: '', read: 0, write: 0, delete: 0 },
  mergedAt: 0,
});

/** The totals with what instances flushed since. Pure. */
export function withFlushes(before: Totals, flushes: readonly Flushed[], now: number): Totals {
  const totals = structuredClone(before);
  const date = new Date(now).toISOString().slice(0, 10);
  if (totals.day.date !== date) totals.day = { date, read: 0, write: 0, delete: 0 };
  totals.windows = recentWindows(totals, now);
  totals.instances = Object.fromEntries(
    Object.entries(totals.instances).filter(([, at]) => at > now - WINDOWS * WINDOW_MS),
  );
  let window = totals.windows.at(-1);
  if (!window || window.from <= now - WINDOW_MS) {
    window = { from: now, snapshot: {} };
    totals.windows = [...totals.windows, window].slice(-WINDOWS);
  }
  for (const { body, instance, at } of flushes) {
    const snapshot = JSON.parse(body) as Snapshot;
    addSnapshot(totals.total, snapshot);
    addSnapshot(window.snapshot, snapshot);
    totals.instances[instance] = at;
    for (const { labels, value } of seriesOf(snapshot, 'recado_firestore_operations_total')) {
      const operation = labels['operation'] as keyof typeof PRICE;
      if (operation in PRICE) totals.day[operation] += Number(value);
    }
  }
  totals.mergedAt = now;
  return totals;
}

const recentWindows = ({ windows }: Totals, now: number): Totals['windows'] =>
  windows.filter(({ from }) => from > now - WINDOWS * WINDOW_MS);

/** The metrics of the last five to ten minutes, and how long that is. */
export function recentOf(totals: Totals, now: number): { recent: Snapshot; recentMs: number } {
  const windows = recentWindows(totals, now);
  const recent: Snapshot = {};
  for (const { snapshot } of windows) addSnapshot(recent, snapshot);
  return { recent, recentMs: now - (windows[0]?.from ?? now) };
}

/** What Firestore billed on the day so far, at list price and without the free tier. */
export const spentUsd = ({ day }: Totals): number =>
  day.read * PRICE.read + day.write * PRICE.write + day.delete * PRICE.delete;

/** Whether a flush tells of work: of a schedule that found nothing to do it does not. */
export function isWork({ function: name, body }: Flushed): boolean {
  if (!name.startsWith('schedules.')) return true;
  return seriesOf(JSON.parse(body) as Snapshot, 'recado_requests_total').some(
    ({ labels }) => labels['outcome'] === 'error',
  );
}
