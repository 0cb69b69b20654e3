import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parse } from 'csv-parse';
import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { defineAttribute } from '../../src/contacts/attributes';
import { exportContacts } from '../../src/contacts/export';
import { exportJob } from '../../src/contacts/exportJob';
import { exportContactsInput } from '../../src/contacts/schema';
import { fetchFile } from '../../src/files/fetch';
import { runJob } from '../../src/jobs/run';
import { storage } from '../../src/platform/storage';
import { codeOf } from '../support/calling';
import { phoneOf, storeContact, storeContacts } from '../support/campaigns';
import { AGENT, deeds, jobAt, LEAD } from '../support/contacts';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';

useProject('contacts-export', {
  FILE_STORE: pathToFileURL(mkdtempSync(join(tmpdir(), 'recado-files-'))).href,
});

const HANDLERS = { 'contacts-export': () => Promise.resolve(exportJob) };
const MANY = 20_000;
const ALL = MANY + 2;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;
/** Bytes in use, without what is garbage. */
function kept(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
beforeAll(async () => {
  // Its tasks go nowhere: each run is started here.
  await makeQueue('jobs-run', 'http://127.0.0.1:9');
  await defineAttribute(LEAD, { name: 'city', type: 'text' });
  await storeContacts(MANY, (n) => ({
    name: `Ana ${n}`,
    tags: ['many'],
    search: { name: '', keys: {} },
  }));
  await storeContact(phoneOf(90_000), {
    name: '=HYPERLINK("http://evil.example")',
    tags: ['few', 'x'],
    attributes: { city: '@here' },
  });
  await storeContact(phoneOf(90_001), { name: 'Bea\n"B"', tags: ['few'], isActive: false });
});

const start = (jobId: string, input: object) =>
  exportContacts(LEAD, exportContactsInput.parse({ jobId, ...input }));
const contentOf = async (fileId: string): Promise<Buffer> =>
  buffer((await fetchFile(LEAD, fileId)).content);
const parts = async () => (await storage().list('export')).filter(({ path }) => path.includes('.'));

describe('an export', () => {
  it('as CSV is a file for its starter; the fetch is recorded', async () => {
    await start('few-as-csv', { format: 'csv', filter: { anyTag: ['few'] } });
    await runJob('few-as-csv', HANDLERS);
    const { status, result, progress } = await jobAt('few-as-csv');
    expect({ status, progress }).toEqual({ status: 'done', progress: { done: 2, total: 2 } });
    expect(result).toMatchObject({ fileId: 'few-as-csv', rows: 2 });
    const lines = (await contentOf('few-as-csv')).toString().split('\r\n');
    expect(lines[0]).toBe(
      '\uFEFFname,phone,bsuid,username,language,tags,owner,isActive,' +
        'attributes.city,attributes.timeZone,consent.marketing',
    );
    expect(lines.slice(1).sort()).toEqual([
      '',
      `"'=HYPERLINK(""http://evil.example"")",${phoneOf(90_000)},,,,few;x,,true,'@here,,`,
      `"Bea\n""B""",${phoneOf(90_001)},,,,few,,false,,,`,
    ]);
    expect(await deeds()).toMatchObject({ 'contacts.export': 1, 'files.fetch': 1 });
    expect(await parts()).toEqual([]);
    expect(await codeOf(fetchFile(AGENT, 'few-as-csv'))).toBe('not-found');
  });

  it('as XLSX has cells of text only', async () => {
    await start('few-as-xlsx', { format: 'xlsx', filter: { anyTag: ['few'] } });
    await runJob('few-as-xlsx', HANDLERS);
    const files = unzipSync(await contentOf('few-as-xlsx'));
    expect(Object.keys(files).sort()).toEqual([
      '[Content_Types].xml',
      '_rels/.rels',
      'xl/_rels/workbook.xml.rels',
      'xl/styles.xml',
      'xl/workbook.xml',
      'xl/worksheets/sheet1.xml',
    ]);
    const sheet = strFromU8(files['xl/worksheets/sheet1.xml'] as Uint8Array);
    expect(sheet.match(/<row>/g)).toHaveLength(3);
    expect(sheet).toContain(`'=HYPERLINK("http://evil.example")`);
    expect(sheet).not.toMatch(/<f>| t="(?!inlineStr)/);
  });

  it.each(['csv', 'xlsx'] as const)('of 20,000 as %s keeps little in memory', async (format) => {
    const jobId = `many-as-${format}`;
    await start(jobId, { format });
    const before = kept();
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, kept() - before)), 1_000);
    await runJob(jobId, HANDLERS);
    clearInterval(watch);
    const { result, progress } = await jobAt(jobId);
    expect(progress).toEqual({ done: ALL, total: ALL });
    expect(result).toMatchObject({ rows: ALL });
    // Two pages of contacts, one as it arrives, a part of 5,000 rows and what a stream holds; all would
    // be more than twice that.
    expect(most).toBeLessThan(60e6);
  });

  it('finds each of 20,000 once', async () => {
    const phones = new Set<string>();
    let rows = 0;
    const { content } = await fetchFile(LEAD, 'many-as-csv');
    for await (const row of content.pipe(parse({ bom: true, columns: true }))) {
      phones.add((row as { phone: string }).phone);
      rows++;
    }
    expect([rows, phones.size]).toEqual([ALL, ALL]);
  });
});
