import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { importInput } from '../../src/contacts/import/schema';
import { importContacts } from '../../src/contacts/import/start';
import { keepUpload } from '../../src/files/upload';
import { db } from '../../src/platform/firestore';
import { newId } from '../../src/shared/ids';
import { xlsxFile, xlsxRow } from '../../src/shared/xlsx';
import { phoneOf } from '../support/campaigns';
import { jobAt, LEAD } from '../support/contacts';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';

useProject('contacts-import-large', {
  FILE_STORE: pathToFileURL(mkdtempSync(join(tmpdir(), 'recado-files-'))).href,
});
// Its tasks go nowhere: the job runs in a process of its own.
beforeAll(() => makeQueue('jobs-run', 'http://127.0.0.1:9'));

const COUNT = process.env['RECADO_CHAOS'] ? 100_000 : 30_000;
/** Somebody who is in the file already, far before. */
const REPEATED = 1_000;
const MEGABYTES = 256;
/** What V8 gives itself on a machine with little memory; on this one it would let garbage lie. */
const LITTLE_MEMORY = ['--max-old-space-size=128', '--max-semi-space-size=8'];

const rows = (): string[][] => [
  ['name', 'phone', 'tags'],
  ...Array.from({ length: COUNT }, (_, n) => [
    `a name of the usual length number ${n}`,
    phoneOf(n < COUNT - REPEATED ? n : n - COUNT + REPEATED),
    'fair;2026',
  ]),
];

async function workbook(): Promise<Buffer> {
  // eslint-disable-next-line @typescript-eslint/require-await -- a stream of pieces is asynchronous
  async function* pieces(): AsyncGenerator<string> {
    for (const cells of rows()) yield xlsxRow(cells);
  }
  const written: Uint8Array[] = [];
  for await (const piece of xlsxFile(pieces())) written.push(piece);
  return Buffer.concat(written);
}

/** Imports in a process of its own; gives the most memory that it took. */
async function importInChild(content: Buffer): Promise<{ jobId: string; megabytes: number }> {
  const jobId = newId();
  const { fileId } = await keepUpload(LEAD, { id: jobId, name: 'people' }, content);
  await importContacts(LEAD, importInput.parse({ jobId, fileId }));
  const child = spawn(
    process.execPath,
    [...LITTLE_MEMORY, join(import.meta.dirname, 'importLarge.cjs'), jobId],
    { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return { jobId, megabytes: Number(output) };
}

it(
  `imports ${COUNT.toLocaleString('en')} rows within ${MEGABYTES} MB, and again as a workbook`,
  { timeout: 600_000 },
  async () => {
    const csv = Buffer.from(
      rows()
        .map((cells) => cells.join(','))
        .join('\n'),
    );
    const first = await importInChild(csv);
    const [created, repeated] = [COUNT - REPEATED, REPEATED];
    expect((await jobAt(first.jobId)).result).toMatchObject({ created, repeated, rejected: 0 });
    const { count } = (await db().collection('contacts').count().get()).data();
    expect(count).toBe(created);

    const second = await importInChild(await workbook());
    expect((await jobAt(second.jobId)).result).toMatchObject({ unchanged: created, repeated });
    console.log(
      `${COUNT.toLocaleString('en')} rows imported within ${first.megabytes} MB, as a workbook ${second.megabytes} MB`,
    );
    expect(Math.max(first.megabytes, second.megabytes)).toBeLessThan(MEGABYTES);
  },
);
