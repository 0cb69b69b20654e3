import { BatchError, type ItemError } from './errors';
import type { Outcome } from './writeAll';

/** What became of each item of a batch, in the order given, and how many of each. */
export interface BatchReport {
  items: (Outcome & { id: string })[];
  ok: number;
  missing: number;
  conflict: number;
  failed: number;
}

export function reportOf(ids: readonly string[], outcomes: readonly Outcome[]): BatchReport {
  const report: BatchReport = { items: [], ok: 0, missing: 0, conflict: 0, failed: 0 };
  for (const [index, outcome] of outcomes.entries()) {
    report.items.push({ ...outcome, id: ids[index] as string });
    report[outcome.outcome]++;
  }
  return report;
}

/**
 * Throws when items failed, for callers that have no use for half a batch. Missing ones and
 * conflicts are answers, not failures.
 *
 * @throws BatchError that names the first item; `failures` has them all
 * @example
 * throwIfFailed(await batchUpdate(messages, updates));
 */
export function throwIfFailed(report: BatchReport): BatchReport {
  const failures = report.items.flatMap((item): ItemError[] =>
    item.outcome === 'failed' ? [item.error] : [],
  );
  if (failures.length > 0) throw new BatchError(failures, report.items.length);
  return report;
}
