import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { exportContacts } from '../../src/contacts/export';
import { exportJob } from '../../src/contacts/exportJob';
import { fetchFile } from '../../src/files/fetch';
import { cancelJob } from '../../src/jobs/cancel';
import { runJob } from '../../src/jobs/run';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { CRASHES, installFaults, type Faults } from '../batch/faults';
import { storeContacts } from '../support/campaigns';
import { jobAt, LEAD, runAgain } from '../support/contacts';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';

useProject('contacts-export-crashes', {
  FILE_STORE: pathToFileURL(mkdtempSync(join(tmpdir(), 'recado-files-'))).href,
});

const HANDLERS = { 'contacts-export': () => Promise.resolve(exportJob) };
/** Two parts. */
const MANY = 5_500;
let faults: Faults;
beforeAll(async () => {
  // Its tasks go nowhere: each run is started here.
  await makeQueue('jobs-run', 'http://127.0.0.1:9');
  await storeContacts(MANY);
  await start('undisturbed');
  await runJob('undisturbed', HANDLERS);
  faults = installFaults();
});

const start = (jobId: string) => exportContacts(LEAD, { jobId, format: 'csv' });
const contentOf = async (fileId: string): Promise<Buffer> =>
  buffer((await fetchFile(LEAD, fileId)).content);
const parts = async () => (await storage().list('export')).filter(({ path }) => path.includes('.'));

// Taking the job, the count, two parts, the file, the parts' end.
it.each(CRASHES.flatMap((crash) => [2, 3, 4, 5, 6].map((n) => [crash, n] as const)))(
  'an export goes on after a death (%s, commit %i), and is the same',
  async (crash, n) => {
    const jobId = `dies-${crash}-${n}`;
    await start(jobId);
    let commits = 0;
    faults.plan((_n, method) => (method === 'commit' && ++commits === n ? crash : undefined));
    await runJob(jobId, HANDLERS).catch(() => undefined);
    faults.end();
    await runAgain(jobId, HANDLERS);
    expect(await jobAt(jobId)).toMatchObject({ status: 'done', result: { rows: MANY } });
    expect((await contentOf(jobId)).equals(await contentOf('undisturbed'))).toBe(true);
    expect(await parts()).toEqual([]);
  },
);

it('an export that is cancelled leaves nothing', async () => {
  await start('cancelled-1');
  let commits = 0;
  faults.plan((_n, method) => {
    if (method !== 'commit' || ++commits !== 4) return undefined;
    return () => cancelJob(LEAD, 'cancelled-1');
  });
  await runJob('cancelled-1', HANDLERS);
  faults.end();
  expect((await jobAt('cancelled-1')).status).toBe('cancelled');
  expect(await parts()).toEqual([]);
  expect((await db().doc('files/cancelled-1').get()).exists).toBe(false);
});
