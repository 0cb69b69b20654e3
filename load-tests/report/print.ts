import type { Check } from '../outcome/check.ts';
import type { Comparison } from '../outcome/compare.ts';
import type { Result } from '../outcome/result.ts';
import type { Row } from '../recorder.ts';

/** A comparison with an earlier run; a binding one makes the run fail where it is worse. */
export interface Compared {
  title: string;
  rows: Comparison[];
  isBinding: boolean;
}

/** A generator that is on time is late by a timer's precision. */
const NOTICEABLE_MS = 50;

/** Prints what a run came to, and last a line of JSON. */
export function printResult(
  result: Result,
  comparisons: readonly Compared[],
  files: readonly string[],
): void {
  const { scenarios, phases, realtime, correctness, thresholds, reasons, generator } = result;
  console.log(`\n${rowsTable([...scenarios].sort((a, b) => a.name.localeCompare(b.name)))}`);
  console.log(`\n${rowsTable(phases)}`);
  if (realtime.count > 0) {
    console.log(`\n${rowsTable([{ name: 'webhook to listener', errors: 0, ...realtime }])}`);
  }
  for (const [reason, count] of Object.entries(reasons)) console.log(`  ${count} × ${reason}`);
  if (generator.lateMs.p99 > NOTICEABLE_MS) {
    console.log(
      `\nThe load itself was late (p99: ${generator.lateMs.p99.toFixed(0)} ms): this machine had other ` +
        'work, and the latencies say as much about that as about the backend.',
    );
  }
  console.log(`\nCorrectness\n${checksTable(correctness)}`);
  const broken = thresholds.filter(({ ok }) => !ok);
  console.log(`\nThresholds: ${thresholds.length - broken.length} of ${thresholds.length} kept`);
  if (broken.length > 0) console.log(checksTable(broken));
  for (const { title, rows, isBinding } of comparisons) {
    const worse = rows.filter(({ isWorse }) => isWorse);
    console.log(`\nBeside ${title}: ${worse.length} of ${rows.length} figures are worse`);
    for (const { name, before, now } of worse) {
      console.log(
        `  ${isBinding ? '✗' : '·'} ${name}: ${now.toFixed(0)} ms, was ${before.toFixed(0)} ms`,
      );
    }
  }
  console.log(`\nWritten: ${files.join(', ')}`);
  console.log(
    JSON.stringify({
      ok: result.ok,
      profile: result.profile,
      form: result.form,
      seed: result.seed,
      requests: scenarios.reduce((sum, { count }) => sum + count, 0),
      errors: scenarios.reduce((sum, { errors }) => sum + errors, 0),
      incorrect: correctness.filter(({ ok }) => !ok).length,
      overLimit: broken.length,
      seconds: result.seconds,
    }),
  );
}

function rowsTable(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const head = `  ${''.padEnd(width)}   count  errors  p50 ms  p95 ms  p99 ms`;
  const lines = rows.map(({ name, count, errors, p50, p95, p99 }) => {
    const numbers = [count, errors, p50, p95, p99].map((value) => value.toFixed(0).padStart(6));
    return `  ${name.padEnd(width)}  ${numbers.join('  ')}`;
  });
  return [head, ...lines].join('\n');
}

function checksTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(
      ({ name, actual, expected, ok }) =>
        `  ${ok ? '✓' : '✗'} ${name.padEnd(width)}  ${actual}${ok ? '' : `, expected ${expected}`}`,
    )
    .join('\n');
}
