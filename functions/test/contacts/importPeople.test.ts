import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import { importJob } from '../../src/contacts/import/job';
import { importInput } from '../../src/contacts/import/schema';
import { importContacts } from '../../src/contacts/import/start';
import { aliasIds } from '../../src/contacts/rules';
import { fetchFile } from '../../src/files/fetch';
import { keepUpload } from '../../src/files/upload';
import { runJob } from '../../src/jobs/run';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { newId } from '../../src/shared/ids';
import { CRASHES, installFaults, type Faults } from '../batch/faults';
import { phoneOf } from '../support/campaigns';
import { contactAt, jobAt, LEAD, made, runAgain } from '../support/contacts';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';
import { randomOf, seededRandom } from '../support/random';

useProject('contacts-import-people', {
  FILE_STORE: pathToFileURL(mkdtempSync(join(tmpdir(), 'recado-files-'))).href,
});

const HANDLERS = { 'contacts-import': () => Promise.resolve(importJob) };
let faults: Faults;
beforeAll(async () => {
  // Its tasks go nowhere: each run is started here.
  await makeQueue('jobs-run', 'http://127.0.0.1:9');
  faults = installFaults();
});

async function start(csv: string, options: object = {}): Promise<string> {
  const jobId = newId();
  const { fileId } = await keepUpload(LEAD, { id: jobId, name: 'a.csv' }, Buffer.from(csv));
  await importContacts(LEAD, importInput.parse({ jobId, fileId, ...options }));
  return jobId;
}

async function resultOf(jobId: string): Promise<Record<string, unknown>> {
  const { status, error, result } = await jobAt(jobId);
  expect({ status, error }).toEqual({ status: 'done', error: null });
  // The file of rejected rows is called after the job.
  return { ...result, rejectedFileId: typeof result?.['rejectedFileId'] };
}

async function imported(csv: string, options: object = {}): Promise<Record<string, unknown>> {
  const jobId = await start(csv, options);
  await runJob(jobId, HANDLERS);
  return resultOf(jobId);
}

const { seed } = seededRandom('people of a file');

/**
 * 6,000 rows, more than a part has: most of one person each; some of somebody who was in the file
 * before, anywhere, by number or BSUID, with another name each time; some that link a number and a
 * BSUID of two people; some bad ones.
 */
function file(from: number): string {
  const dealt = randomOf(seed);
  const random = (): number => dealt.next();
  const rows = ['name,phone,bsuid,tags'];
  for (let n = 0; n < 6_000; n++) {
    const before = from + Math.floor(random() * (n + 1));
    const dice = random();
    if (dice < 0.01) rows.push(`bad ${n},12,,`);
    else if (dice < 0.05) rows.push(`again ${n},${phoneOf(before)},,t${n % 7}`);
    else if (dice < 0.08) rows.push(`by id ${n},,ES.${before},t${n % 5}`);
    else if (dice < 0.085) rows.push(`link ${n},${phoneOf(before)},ES.${from + n},`);
    else rows.push(`P ${n},${phoneOf(from + n)},${n % 3 === 0 ? `ES.${from + n}` : ''},`);
  }
  return rows.join('\n');
}

/** What is stored of the people of `file`, without what differs between two of them. */
async function stored(from: number): Promise<unknown[]> {
  const aliases = Array.from({ length: 6_000 }, (_, n) => [
    aliasIds({ phone: phoneOf(from + n) })[0] as string,
    aliasIds({ bsuid: `ES.${from + n}` })[0] as string,
  ]).flat();
  const found = await db().getAll(...aliases.map((id) => db().doc(`identities/${id}`)));
  const ids = found.map((alias) => alias.get('contactId') as string | undefined);
  const unique = [...new Set(ids.filter((id) => id !== undefined))];
  if (unique.length === 0) return ids.map(() => -1);
  const contacts = await db().getAll(...unique.map((id) => db().doc(`contacts/${id}`)));
  const relative = (name: string | null) =>
    name === null ? null : Number(name.replace(/^\+|^ES\./, '')) - from;
  const people = contacts.map((contact) => ({
    name: contact.get('name') as string,
    tags: contact.get('tags') as string[],
    phone: relative(contact.get('phone') as string | null),
    bsuid: relative(contact.get('bsuid') as string | null),
  }));
  return [...ids.map((id) => (id === undefined ? -1 : unique.indexOf(id))), ...people];
}

const FROM = 100_000;
let whole: Record<string, unknown>;
let people: unknown[];
beforeAll(async () => {
  whole = await imported(file(FROM), { rule: 'overwrite' });
  people = await stored(FROM);
}, 120_000);

describe('a file with people in several places', () => {
  it('counts every person, and every row, once', async () => {
    const { rows, created, updated, unchanged, repeated, rejected } = whole as Record<
      string,
      number
    >;
    expect({ rows, updated, unchanged }).toEqual({ rows: 6_000, updated: 0, unchanged: 0 });
    expect((created ?? 0) + (repeated ?? 0) + (rejected ?? 0)).toBe(6_000);
    const inside = people.filter((person) => typeof person === 'object');
    expect(created).toBe(inside.length);
    expect(repeated).toBeGreaterThan(200);
    const left = await storage().list('import');
    expect(left.filter(({ path }) => !path.endsWith('-rejected'))).toEqual([]);
  });

  it.each(['overwrite', 'fill', 'keep'])('again, by the rule %s: no write', async (rule) => {
    const jobId = await start(file(FROM), { rule });
    const bill = await billOf(() => runJob(jobId, HANDLERS));
    const { created, updated, unchanged } = await resultOf(jobId);
    // By "fill" a name that came first would stay; all names are there already.
    expect({ created, updated, unchanged }).toEqual({
      created: 0,
      updated: 0,
      unchanged: whole['created'],
    });
    const { steps } = await jobAt(jobId);
    // Each step writes its place, the first run that it holds the job, the report the file.
    expect(bill.writes).toBe(steps + 2);
    expect(await stored(FROM)).toEqual(people);
  });

  it('a dry run tells exactly what will happen, and does nothing', async () => {
    const from = FROM + 10_000;
    const dry = await imported(file(from), { rule: 'overwrite', dryRun: true });
    expect({ ...dry, dryRun: false }).toEqual(whole);
    expect(new Set(await stored(from))).toEqual(new Set([-1]));
  });

  it.each(CRASHES.flatMap((crash) => [2, 9].map((n) => [crash, n] as const)))(
    'a death (%s, commit %i) changes nothing of what comes of it',
    async (crash, n) => {
      const from = FROM + (CRASHES.indexOf(crash) * 20 + n + 1) * 10_000;
      const jobId = await start(file(from), { rule: 'overwrite' });
      let commits = 0;
      faults.plan((_n, method) => (method === 'commit' && ++commits === n ? crash : undefined));
      await runJob(jobId, HANDLERS).catch(() => undefined);
      faults.end();
      await runAgain(jobId, HANDLERS);
      expect(await resultOf(jobId)).toEqual(whole);
      expect(await stored(from)).toEqual(people);
    },
    60_000,
  );
});

it('a person with over 1,000 rows is taken with the first of them; the rest is told', async () => {
  const rows = Array.from({ length: 1_300 }, (_, n) => `N${n},${phoneOf(1)}`);
  const jobId = await start(['name,phone', ...rows, `Other,${phoneOf(2)}`].join('\n'));
  await runJob(jobId, HANDLERS);
  expect(await resultOf(jobId)).toMatchObject({
    ...{ created: 2, repeated: 999, rejected: 300 },
    reasons: { 'repeated-too-often': 300 },
  });
  const { content } = await fetchFile(LEAD, `${jobId}-rejected`);
  const lines = parse(await buffer(content), { bom: true }).map(([line]) => Number(line));
  expect(lines.slice(1)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1_002));
});

it('a contact gets no more tags than it can have, and the row says so', async () => {
  const tags = (prefix: string) => Array.from({ length: 50 }, (_, n) => `${prefix}${n}`).join(';');
  const id = await made({ phone: phoneOf(3), tags: tags('a').split(';') });
  const csv = `Etiquetas,phone\n${tags('b')},${phoneOf(3)}\nc,${phoneOf(3)}\n`;
  expect(await imported(csv)).toMatchObject({
    ...{ updated: 1, rejected: 1 },
    examples: [{ line: 3, column: 'Etiquetas', reason: 'too-many-tags' }],
  });
  expect((await contactAt(id)).tags).toHaveLength(100);
});
