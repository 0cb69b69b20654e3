import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { importInput } from '../../src/contacts/import/schema';
import { importContacts } from '../../src/contacts/import/start';
import { keepUpload } from '../../src/files/upload';
import { phoneOf } from '../support/campaigns';
import { jobAt, LEAD } from '../support/contacts';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';

useProject('contacts-import-large', {
  FILE_STORE: pathToFileURL(mkdtempSync(join(tmpdir(), 'recado-files-'))).href,
});

const MEGABYTES = 256;
/** What V8 gives itself on a machine with little memory; on this one it would let garbage lie. */
const LITTLE_MEMORY = ['--max-old-space-size=160', '--max-semi-space-size=8'];

async function runInChild(jobId: string): Promise<number> {
  const child = spawn(
    process.execPath,
    [...LITTLE_MEMORY, join(import.meta.dirname, 'importLarge.cjs'), jobId],
    { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).toBe(0);
  return Number(output);
}

const COUNT = process.env['RECADO_CHAOS'] ? 100_000 : 30_000;

it(
  `${COUNT.toLocaleString('en')} rows are imported within ${MEGABYTES} MB`,
  { timeout: 600_000 },
  async () => {
    await makeQueue('jobs-run', 'http://127.0.0.1:9');
    const rows = Array.from({ length: COUNT }, (_, n) => `Person number ${n},${phoneOf(n)},vip`);
    const content = Buffer.from(['name,phone,tags', ...rows].join('\n'));
    const jobId = 'a-large-import';
    const { fileId } = await keepUpload(LEAD, { id: jobId, name: 'people.csv' }, content);
    await importContacts(LEAD, importInput.parse({ jobId, fileId }));
    const megabytes = await runInChild(jobId);
    expect(await jobAt(jobId)).toMatchObject({
      status: 'done',
      result: { rows: COUNT, created: COUNT, rejected: 0 },
    });
    console.log(`${COUNT.toLocaleString('en')} rows imported within ${megabytes} MB`);
    expect(megabytes).toBeLessThan(MEGABYTES);
  },
);
