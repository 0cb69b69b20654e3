import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { defineAttribute } from '../../src/contacts/attributes';
import { exportContacts } from '../../src/contacts/export';
import { exportJob } from '../../src/contacts/exportJob';
import { importJob } from '../../src/contacts/import/job';
import { previewImport } from '../../src/contacts/import/preview';
import { importInput, type ImportCounts } from '../../src/contacts/import/schema';
import { importContacts } from '../../src/contacts/import/start';
import type { Contact } from '../../src/contacts/schema';
import { fetchFile } from '../../src/files/fetch';
import { keepUpload } from '../../src/files/upload';
import { cancelJob } from '../../src/jobs/cancel';
import { runJob } from '../../src/jobs/run';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { newId } from '../../src/shared/ids';
import { CRASHES, installFaults, type Faults } from '../batch/faults';
import { contactOf, phoneOf } from '../support/campaigns';
import { contactAt, jobAt, LEAD, listed, made, runAgain } from '../support/contacts';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';

useProject('contacts-import', {
  FILE_STORE: pathToFileURL(mkdtempSync(join(tmpdir(), 'recado-files-'))).href,
});

const HANDLERS = {
  'contacts-import': () => Promise.resolve(importJob),
  'contacts-export': () => Promise.resolve(exportJob),
};
let faults: Faults;
beforeAll(async () => {
  // Its tasks go nowhere: each run is started here.
  await makeQueue('jobs-run', 'http://127.0.0.1:9');
  await defineAttribute(LEAD, { name: 'city', type: 'text' });
  await defineAttribute(LEAD, { name: 'points', type: 'number' });
  faults = installFaults();
});

const upload = async (content: string | Buffer): Promise<string> =>
  (await keepUpload(LEAD, { id: newId(), name: 'people.csv' }, Buffer.from(content))).fileId;

async function start(content: string | Buffer, options: object = {}): Promise<string> {
  const jobId = newId();
  const fileId = await upload(content);
  await importContacts(LEAD, importInput.parse({ jobId, fileId, ...options }));
  return jobId;
}

type Result = ImportCounts & { rows: number; rejectedFileId?: string; examples: object[] };
async function resultOf(jobId: string): Promise<Result> {
  const job = await jobAt(jobId);
  expect(job).toMatchObject({ status: 'done', error: null });
  return job.result as unknown as Result;
}

async function imported(content: string | Buffer, options: object = {}): Promise<Result> {
  const jobId = await start(content, options);
  await runJob(jobId, HANDLERS);
  return resultOf(jobId);
}

const counts = (created: number, more: Partial<ImportCounts> = {}): ImportCounts => ({
  ...{ created, updated: 0, unchanged: 0, repeated: 0, rejected: 0 },
  ...more,
});
const at = (n: number) => contactAt(contactOf(phoneOf(n)));
const piecesOf = async (jobId: string): Promise<number> =>
  (await db().collection(`jobs/${jobId}/pieces`).get()).size;

describe('an import', () => {
  it('makes contacts that can be found, with all that the file says', async () => {
    const csv =
      'Nombre;Teléfono;Etiquetas;city;points;consent.marketing\r\n' +
      `"Ána\nNúñez";${phoneOf(1).replace('+34', '')};vip;Madrid;5,5;sí\r\n`;
    const result = await imported(Buffer.from(csv, 'latin1'), {
      defaultCountry: 'ES',
      tags: ['2026'],
    });
    expect(result).toMatchObject({ rows: 1, ...counts(1) });
    expect(await at(1)).toMatchObject({
      name: 'Ána\nNúñez',
      phone: phoneOf(1),
      tags: ['2026', 'vip'],
      attributes: { city: 'Madrid', points: 5.5 },
      consents: { marketing: { state: 'in', source: 'import' } },
      isActive: true,
    });
    expect(await listed({ text: 'nunez' })).toHaveLength(1);
    expect(await listed({ filter: { anyTag: ['2026'] } })).toHaveLength(1);
  });

  it('of the same file twice changes nothing, and writes nothing but the job', async () => {
    const rows = Array.from({ length: 700 }, (_, n) => `Person ${n},${phoneOf(100 + n)},a;b,out`);
    const csv = ['name,phone,tags,consent.marketing', ...rows].join('\n');
    expect(await imported(csv)).toMatchObject(counts(700));
    const jobId = await start(csv);
    const bill = await billOf(() => runJob(jobId, HANDLERS));
    expect(await resultOf(jobId)).toMatchObject(counts(0, { unchanged: 700 }));
    // Taken, read, a slice, the report, the end.
    expect(bill.writes).toBe(5);
    expect(bill.reads).toBeLessThan(2 * 700 + 10);
  });

  it('says of each bad row where it is and what is wrong, and gives the rows back', async () => {
    const csv =
      'name,phone,points\n' +
      `good,${phoneOf(1_000)},1\nnone,,2\nshort,+34,3\n"two\nlines",${phoneOf(1_001)},many\n` +
      `=cmd|x,${phoneOf(1_002)},x\ntoo,${phoneOf(1_003)},1,2\n`;
    const result = await imported(csv);
    expect(result).toMatchObject({ rows: 6, ...counts(1, { rejected: 5 }) });
    expect(result.examples).toEqual([
      { line: 3, column: 'phone', reason: 'no-identity' },
      { line: 4, column: 'phone', reason: 'invalid-number' },
      { line: 5, column: 'points', reason: 'invalid-attribute' },
      { line: 7, column: 'points', reason: 'invalid-attribute' },
      { line: 8, column: '', reason: 'too-many-cells' },
    ]);
    const { content } = await fetchFile(LEAD, result.rejectedFileId ?? '');
    const rejected: string[][] = parse(await buffer(content), {
      bom: true,
      relax_column_count: true,
    });
    expect(rejected.slice(0, 2)).toEqual([
      ['line', 'column', 'reason', 'name', 'phone', 'points'],
      ['3', 'phone', 'no-identity', 'none', '', '2'],
    ]);
    expect(rejected[4]?.[3]).toBe("'=cmd|x");
  });

  it('merges rows of one person, and those with who is stored, by the rule', async () => {
    const known = await made({
      name: 'Known',
      phone: phoneOf(2_000),
      attributes: { city: 'Madrid' },
    });
    const csv =
      'name,phone,bsuid,city\n' +
      `A,${phoneOf(2_001)},,\n,${phoneOf(2_001)},ES.2001,Porto\nB,,ES.2001,Lisboa\n` +
      `Other,${phoneOf(2_000)},,Sevilla\n`;
    for (const [rule, result, name, city] of [
      ['keep', counts(1, { repeated: 2, unchanged: 1 }), 'Known', 'Madrid'],
      ['fill', counts(0, { unchanged: 1, updated: 1, repeated: 2 }), 'Known', 'Madrid'],
      ['overwrite', counts(0, { updated: 2, repeated: 2 }), 'Other', 'Sevilla'],
      ['overwrite', counts(0, { unchanged: 2, repeated: 2 }), 'Other', 'Sevilla'],
    ] as const) {
      const dry = await imported(csv, { rule, dryRun: true });
      const done = await imported(csv, { rule });
      expect({ rule, ...done }).toMatchObject({ rule, ...result });
      expect({ ...dry, dryRun: false }).toEqual(done);
      expect(await contactAt(known)).toMatchObject({ name, attributes: { city } });
    }
    expect(await at(2_001)).toMatchObject({
      name: 'B',
      bsuid: 'ES.2001',
      attributes: { city: 'Lisboa' },
    });
  });

  it('takes nobody for somebody else', async () => {
    await made({ phone: phoneOf(2_100), bsuid: 'ES.2100' });
    await made({ phone: phoneOf(2_101) });
    const csv = `phone,bsuid\n${phoneOf(2_100)},ES.other\n${phoneOf(2_101)},ES.2100\n${phoneOf(2_102)},ES.2100\n`;
    const result = await imported(csv, { rule: 'overwrite' });
    expect(result).toMatchObject(counts(0, { rejected: 3 }));
    expect(result.examples.map((example) => (example as { reason: string }).reason)).toEqual([
      'belongs-to-another',
      'two-contacts',
      'belongs-to-another',
    ]);
  });

  it('of what was exported changes nothing', async () => {
    const before = await listed({});
    const jobId = newId();
    await exportContacts(LEAD, { jobId, format: 'xlsx' });
    await runJob(jobId, HANDLERS);
    const file = await buffer((await fetchFile(LEAD, jobId)).content);
    const result = await imported(file, { rule: 'overwrite' });
    expect(result).toMatchObject(counts(0, { unchanged: before.length }));
  });
});

describe('an import of new people', () => {
  const COUNT = 2_500;
  const people = (from: number): string =>
    ['name,phone', ...Array.from({ length: COUNT }, (_, n) => `P${n},${phoneOf(from + n)}`)].join(
      '\n',
    );

  it('looks up the first slice of them, and presumes the others new', async () => {
    const jobId = await start(people(110_000));
    const bill = await billOf(() => runJob(jobId, HANDLERS));
    expect(await resultOf(jobId)).toMatchObject(counts(COUNT));
    expect(bill.reads).toBeLessThan(1_000 + 20);
  });

  it('finds those behind them who are known after all, and looks everybody up from there on', async () => {
    const from = 120_000;
    for (const n of [1_200, 2_300]) await made({ name: 'Known', phone: phoneOf(from + n) });
    const dry = await imported(people(from), { rule: 'fill', dryRun: true });
    const jobId = await start(people(from), { rule: 'fill' });
    const bill = await billOf(() => runJob(jobId, HANDLERS));
    const result = await resultOf(jobId);
    expect(result).toMatchObject(counts(COUNT - 2, { unchanged: 2 }));
    expect({ ...dry, dryRun: false }).toEqual(result);
    expect(await at(from + 1_200)).toMatchObject({ name: 'Known' });
    expect(await at(from + 2_300)).toMatchObject({ name: 'Known' });
    expect(await at(from + COUNT - 1)).toMatchObject({ name: `P${COUNT - 1}` });
    // Each alias once, and the two contacts.
    expect(bill.reads).toBeLessThan(COUNT + 2 + 20);
  });

  it('has the last row decide of somebody who is known by two names, in two slices', async () => {
    const from = 130_000;
    const known = await made({ name: 'Known', phone: phoneOf(from - 1), bsuid: 'ES.130000' });
    const rows = people(from).split('\n');
    const csv = rows.map((row, n) => `${row},${n === 0 ? 'bsuid' : ''}`);
    csv[1_100] = `Earlier,${phoneOf(from - 1)},`;
    csv[2_400] = 'Later,,ES.130000';
    const result = await imported(csv.join('\n'), { rule: 'overwrite' });
    expect(result).toMatchObject(counts(COUNT - 2, { updated: 2 }));
    expect(await contactAt(known)).toMatchObject({ name: 'Later' });
  });
});

describe('a file that cannot be imported', () => {
  it.each([
    ['nothing', '', 'empty-file'],
    ['no numbers', 'name\nAna\n', 'no-identity-column'],
    ['an open quote', 'phone\n"+34600111222\n', 'malformed-csv'],
    ['an old workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old-workbook'],
    ['half a workbook', Buffer.from('504b0304140000000800', 'hex'), 'malformed-xlsx'],
    ['10,000 columns', `phone,${'x,'.repeat(10_000)}\n`, 'too-many-columns'],
  ])('%s: the job fails and says why; nobody is written', async (_, content, reason) => {
    const jobId = await start(content);
    await runJob(jobId, HANDLERS);
    expect(await jobAt(jobId)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid-argument', details: { reason } },
    });
  });

  it('of another member is not found', async () => {
    const jobId = newId();
    await expect(
      importContacts(LEAD, importInput.parse({ jobId, fileId: 'somebody-elses-file' })),
    ).rejects.toMatchObject({ code: 'not-found' });
  });
});

it('a preview shows the columns, what they could be, and some cells', async () => {
  const fileId = await upload(`Nombre|Móvil|x\nAna|${phoneOf(1)}|'=1\n`);
  expect(await previewImport(LEAD, { fileId })).toEqual({
    format: 'csv',
    encoding: 'utf-8',
    delimiter: '|',
    columns: [
      { header: 'Nombre', suggested: 'name', samples: ['Ana'] },
      { header: 'Móvil', suggested: 'phone', samples: [phoneOf(1)] },
      { header: 'x', suggested: null, samples: ['=1'] },
    ],
  });
});

describe('an import that is disturbed', () => {
  /** So long that three slices are needed. */
  const remark = 'x'.repeat(600);
  /** Three slices, with people twice in a slice and across slices, and a bad row in each. */
  const file = (from: number): string =>
    [
      'name,phone,consent.marketing,remark',
      ...Array.from({ length: 1_400 }, (_, n) => {
        const person = from + (n % 7 === 6 ? Math.max(0, n - 600) : n);
        return n % 400 === 3
          ? `bad ${n},x,,${remark}`
          : `P${n},${phoneOf(person)},${n % 5 === 0 ? 'in' : ''},${remark}`;
      }),
    ].join('\n');
  const shown = async (from: number) => {
    const found = await Promise.all(Array.from({ length: 1_400 }, (_, n) => at(from + n)));
    return found.map(
      (contact: Contact | undefined) =>
        contact && [contact.name, contact.consents.marketing?.state],
    );
  };
  const FROM = 10_000;
  let whole: Result;
  let people: unknown[];
  beforeAll(async () => {
    whole = await imported(file(FROM));
    people = await shown(FROM);
  });

  it('counts every row once', () => {
    const { rows, created, updated, unchanged, repeated, rejected } = whole;
    expect(rows).toBe(1_400);
    expect(created + repeated + rejected).toBe(1_400);
    expect([updated, unchanged, rejected]).toEqual([0, 0, 4]);
    expect(created).toBe(people.filter(Boolean).length);
  });

  // Taking the job, the file's parts, a slice, two side by side, their place, the report, the end.
  it.each(CRASHES.flatMap((crash) => [2, 3, 4, 5, 6, 7, 8].map((n) => [crash, n] as const)))(
    'by a death (%s, commit %i) ends as an undisturbed one',
    async (crash, n) => {
      const from = FROM + (CRASHES.indexOf(crash) * 10 + n) * 2_000;
      const jobId = await start(file(from));
      let commits = 0;
      faults.plan((_n, method) => (method === 'commit' && ++commits === n ? crash : undefined));
      await runJob(jobId, HANDLERS).catch(() => undefined);
      faults.end();
      await runAgain(jobId, HANDLERS);
      const result = await resultOf(jobId);
      expect(result.rejectedFileId).toBe(`${jobId}-rejected`);
      expect({ ...result, rejectedFileId: whole.rejectedFileId }).toEqual(whole);
      expect(await shown(from)).toEqual(people);
      expect(await piecesOf(jobId)).toBe(0);
    },
  );

  it.each([
    ['in a slice that is looked up', 90_000, 3, 1],
    ['in one that is presumed new', 92_000, 4, 701],
  ])('by somebody who becomes a contact meanwhile sees them, %s', async (_, from, commit, n) => {
    const jobId = await start(file(from), { rule: 'fill' });
    let commits = 0;
    faults.plan((_n, method) => {
      if (method !== 'commit' || ++commits !== commit) return undefined;
      return () => made({ name: 'First', phone: phoneOf(from + n) });
    });
    await runJob(jobId, HANDLERS).catch(() => undefined);
    faults.end();
    await runJob(jobId, HANDLERS);
    const result = await resultOf(jobId);
    expect(result).toMatchObject({ created: whole.created - 1, unchanged: 1 });
    expect(await at(from + n)).toMatchObject({ name: 'First' });
  });

  it('by a death and then by its member counts what was done by then', async () => {
    const from = 97_000;
    const jobId = await start(file(from));
    let commits = 0;
    // Both slices that go side by side are written; the place behind them is not.
    faults.plan((_n, method) =>
      method === 'commit' && ++commits === 6 ? 'crash-before' : undefined,
    );
    await runJob(jobId, HANDLERS).catch(() => undefined);
    faults.end();
    expect(await piecesOf(jobId)).toBe(2);
    await cancelJob(LEAD, jobId);
    await runAgain(jobId, HANDLERS);
    const { created, repeated, rejected } = whole;
    expect(await jobAt(jobId)).toMatchObject({
      status: 'cancelled',
      progress: { done: 1_400, total: 1_400 },
      result: counts(created, { repeated, rejected }),
    });
    expect(await piecesOf(jobId)).toBe(0);
  });

  it('by its member stops after a slice, and leaves no parts', async () => {
    const from = 95_000;
    const jobId = await start(file(from));
    let commits = 0;
    faults.plan((_n, method) =>
      method === 'commit' && ++commits === 4 ? () => cancelJob(LEAD, jobId) : undefined,
    );
    await runJob(jobId, HANDLERS);
    faults.end();
    expect(await jobAt(jobId)).toMatchObject({ status: 'cancelled', result: { rows: 1_400 } });
    const left = await storage().list('import');
    expect(left.filter(({ path }) => path.includes(jobId))).toEqual([]);
  });
});
