import type { ImportCounts, Rejection } from '../../functions/lib/contacts/import/schema.js';
import { whyRejected } from '../lib/rejections.ts';

/** What an import came to, as its job says. */
export interface Outcome extends ImportCounts {
  rows: number;
  dryRun: boolean;
  reasons?: Record<string, number>;
  examples?: Rejection[];
  rejectedFileId?: string;
}

/** An import's result for people: the counts, and why rows were rejected. */
export function outcomeText(outcome: Outcome): string {
  const { rows, dryRun, rejectedFileId, examples = [] } = outcome;
  const lines = [
    `${rows} rows${dryRun ? ', as an import would take them' : ''}:`,
    ...(['created', 'updated', 'unchanged', 'repeated', 'rejected'] as const).map(
      (name) => `  ${String(outcome[name]).padStart(9)}  ${name}`,
    ),
  ];
  if (outcome.rejected === 0) return lines.join('\n');
  lines.push('', 'Rejected:');
  for (const [reason, count] of Object.entries(outcome.reasons ?? {})) {
    lines.push(`  ${String(count).padStart(9)}  ${whyRejected(reason)}`);
  }
  lines.push('', 'The first of them:');
  for (const { line, column, reason } of examples) {
    lines.push(`  line ${String(line).padStart(7)}  ${column || '(row)'}: ${reason}`);
  }
  if (rejectedFileId) lines.push('', `All of them: GET …/files/${rejectedFileId}`);
  return lines.join('\n');
}
