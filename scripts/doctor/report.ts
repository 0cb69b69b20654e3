import type { Check, Result } from './check.ts';

const MARKS = { ok: '✓', missing: '✗', skipped: '–' } as const;

/** How wide the column of names has to be. */
export const nameWidth = (checks: Pick<Check, 'name'>[]): number =>
  Math.max(...checks.map(({ name }) => name.length));

/** A row of the report; what mends it stands in a line of its own. */
export function rowOf({ name, finding }: Result, width: number): string {
  const indent = ' '.repeat(width + 4);
  const [first = '', ...rest] = finding.detail.split('\n');
  const mend = finding.state === 'ok' ? undefined : finding.mend;
  return [
    `${MARKS[finding.state]} ${name.padEnd(width)}  ${first}`,
    ...rest.map((line) => indent + line),
    ...(mend ?? '').split('\n').flatMap((line) => (line === '' ? [] : [`${indent}→ ${line}`])),
  ].join('\n');
}
