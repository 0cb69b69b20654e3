import type { WriteOp } from '../../platform/commit';
import { planRows, type PlanOptions } from './plan';
import { keepRejected } from './rejected';
import { NO_ROWS, type ImportCounts, type Rejection, type RejectionReason } from './schema';
import type { Slice } from './slice';

type Reasons = Partial<Record<RejectionReason, number>>;

/** What came of some rows. */
export interface Outcome {
  counts: ImportCounts;
  /** How often each reason was given. */
  reasons: Reasons;
  /** The first rejected rows. */
  examples: Rejection[];
}

const MAX_EXAMPLES = 20;

export const NOTHING: Outcome = { counts: NO_ROWS, reasons: {}, examples: [] };

/** Works out what a slice changes, and keeps its rejected rows. */
export async function decide(
  { jobId, n, options }: { jobId: string; n: number; options: PlanOptions },
  slice: Slice,
): Promise<{ writes: WriteOp[]; touched: Set<string>; outcome: Outcome }> {
  const { writes, touched, counts, rejections } = planRows(slice.entries, options);
  const rejected = [...slice.rejections, ...rejections].sort((a, b) => a.line - b.line);
  if (rejected.length > 0) await keepRejected(jobId, n, rejected, slice.rows);
  const outcome = {
    counts: { ...counts, rejected: rejected.length },
    reasons: reasonsOf(rejected),
    examples: rejected.slice(0, MAX_EXAMPLES),
  };
  return { writes, touched, outcome };
}

function reasonsOf(rejections: readonly Rejection[]): Reasons {
  const reasons: Reasons = {};
  for (const { reason } of rejections) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

/** What came of the rows of both. */
export function sumOf(before: Outcome, after: Outcome): Outcome {
  const counts = { ...before.counts };
  for (const name of Object.keys(counts) as (keyof ImportCounts)[]) {
    counts[name] += after.counts[name];
  }
  const reasons = { ...before.reasons };
  for (const [reason, times] of Object.entries(after.reasons) as [RejectionReason, number][]) {
    reasons[reason] = (reasons[reason] ?? 0) + times;
  }
  const examples = [...before.examples, ...after.examples].slice(0, MAX_EXAMPLES);
  return { counts, reasons, examples };
}

export const rowsIn = ({ created, updated, unchanged, repeated, rejected }: ImportCounts): number =>
  created + updated + unchanged + repeated + rejected;

/** Whether somebody new was found, and nobody who was known. */
export const isOfNewPeople = ({ created, updated, unchanged }: ImportCounts): boolean =>
  created > 0 && updated === 0 && unchanged === 0;
