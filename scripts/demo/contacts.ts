import { until, type Checks } from './checks.ts';
import type { MemberApp } from './client.ts';
import { whyRejected } from '../lib/rejections.ts';
import type { Stack } from '../lib/stack.ts';

const IMPORT = 'demo-import';
const GOOD = 300;
/** What is wrong with each bad row, as the file of rejected rows says it. */
const BAD: [row: string, column: string, reason: string][] = [
  ['No number,,vip,2', 'Mobile', 'no-identity'],
  ['Too short,+34 60,vip,2', 'Mobile', 'invalid-number'],
  ['A word,call me,vip,2', 'Mobile', 'invalid-number'],
  ['"Two\nlines",+34 633 999 001,vip,many', 'points', 'invalid-attribute'],
  ['Shifted,+34 633 999 002,vip,2,2', '', 'too-many-cells'],
];

/** What the import came to. */
export interface ImportResult {
  rows: number;
  created: number;
  rejected: number;
}

interface Example {
  line: number;
  column: string;
  reason: string;
}

interface Job {
  status: string;
  result: ImportResult & { rejectedFileId: string; examples: Example[] };
}

/** A spreadsheet of customers with bad rows and one person twice, imported twice. */
export async function importContacts(
  stack: Stack,
  supervisor: MemberApp,
  checks: Checks,
): Promise<ImportResult> {
  await supervisor.call('attributes-define', { name: 'points', type: 'number' });
  const rows = Array.from({ length: GOOD }, (_, n) => `Ana ${n},633 ${100_000 + n},vip,${n}`);
  // The first person once more, under the number as it is dialled abroad.
  const file = [
    'Name,Mobile,Tags,points',
    ...rows,
    'Ana,0034633100000,new,',
    ...BAD.map(([row]) => row),
  ];
  const first = await run(stack, supervisor, IMPORT, file.join('\n'));
  const { created, rejected, rows: total } = first.result;
  checks.equal('import: contacts made', created, GOOD);
  checks.equal('import: rows rejected', rejected, BAD.length);
  checks.equal(
    'import: why each row was rejected',
    first.result.examples,
    BAD.map(([, column, reason], index) => {
      // The header and the rows before; the fourth bad row takes two lines.
      const line = 1 + GOOD + 1 + index + 1 + (index > 3 ? 1 : 0);
      return { line, column, reason };
    }),
  );
  for (const { line, column, reason } of first.result.examples) {
    console.log(`    line ${line}, ${column || 'the whole row'}: ${whyRejected(reason)}`);
  }
  console.log(await textOf(stack, supervisor, first.result.rejectedFileId));

  const again = await run(stack, supervisor, `${IMPORT}-again`, file.join('\n'));
  checks.equal('import of the same file again: contacts made', again.result.created, 0);
  return { rows: total, created, rejected };
}

async function run(stack: Stack, supervisor: MemberApp, jobId: string, csv: string): Promise<Job> {
  const response = await fetch(`${stack.functionsUrl}/files?id=${jobId}&name=customers.csv`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await supervisor.token()}` },
    body: csv,
  });
  const { fileId } = (await response.json()) as { fileId: string };
  await supervisor.call('contacts-import', { jobId, fileId, defaultCountry: 'ES' });
  let seen: Job | undefined;
  const stop = supervisor.listen(`jobs/${jobId}`, (data) => {
    seen = data as unknown as Job;
  });
  try {
    return await until(`the import ${jobId}`, () =>
      Promise.resolve(seen && ['done', 'failed', 'cancelled'].includes(seen.status) ? seen : false),
    );
  } finally {
    stop();
  }
}

async function textOf(stack: Stack, supervisor: MemberApp, fileId: string): Promise<string> {
  const response = await fetch(`${stack.functionsUrl}/files/${fileId}`, {
    headers: { authorization: `Bearer ${await supervisor.token()}` },
  });
  return (await response.text())
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .replace(/^/gm, '    ');
}
