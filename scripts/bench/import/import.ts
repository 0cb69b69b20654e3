import { randomUUID } from 'node:crypto';
import { emptyProject } from '../emptyProject.ts';
import { plainFirestore, type PlainFirestore } from '../plainFirestore.ts';
import { makeQueue } from '../queues.ts';
import { measure } from '../rounds.ts';
import type { Benchmark, Sample, Trial } from '../types.ts';

const PROJECT = 'demo-bench-import';
const ROWS = Number(process.env['RECADO_BENCH_ROWS'] ?? 20_000);
/** The loop that people write is much slower, and shows its pace after fewer. */
const BASELINE_ROWS = ROWS / 40;
/** Documents of a raw commit, and commits at once: what the emulator takes most of. */
const RAW = { documents: 1_000, atOnce: 4 };

const csv = (rows: number, from: number): string =>
  [
    'name,phone,tags',
    ...Array.from({ length: rows }, (_, n) => `Ana García ${n},${phoneOf(from + n)},vip`),
  ].join('\n');
const phoneOf = (n: number): string => `+34${600_000_000 + n}`;

/** Files of contacts into Firestore, through the job that the deployed function runs. */
export const importContacts: Benchmark = {
  summary:
    `a CSV of ${ROWS} people, from the upload to the last contact and its alias; baseline: a look ` +
    'and two writes a row; limit: the same documents in large commits, several at once',
  async run(context) {
    await context.stack();
    process.env['GCLOUD_PROJECT'] = PROJECT;
    await makeQueue('jobs-run', 'http://127.0.0.1:9');
    const firestore = plainFirestore(PROJECT);
    await emptyProject();
    let next = 0;
    const fresh = (rows: number): number => (next += rows) - rows;
    const rate = (rows: number, started: number): Sample => ({
      '': (rows * 1_000) / (performance.now() - started),
    });
    try {
      const first: Trial = {
        name: 'rows, new',
        figures: [
          {
            ...{ name: '', unit: 'rows/s', better: 'higher' },
            goals: [
              { of: 'value', atLeast: 5_000 },
              { of: 'limit', atLeast: 0.7 },
            ],
          },
        ],
        warmUp: ['value', 'limit'],
        async value() {
          const file = csv(ROWS, fresh(ROWS));
          const started = performance.now();
          await imported(file, 'created');
          return rate(ROWS, started);
        },
        async baseline() {
          const from = fresh(BASELINE_ROWS);
          const started = performance.now();
          await oneByOne(firestore, from);
          return rate(BASELINE_ROWS, started);
        },
        async limit() {
          const writes = await documentsOf(fresh(ROWS));
          const started = performance.now();
          await commitRaw(firestore, writes);
          return rate(ROWS, started);
        },
      };
      const known = csv(ROWS, fresh(ROWS));
      await imported(known, 'created');
      const again: Trial = {
        name: 'rows, imported before',
        figures: [{ name: '', unit: 'rows/s', better: 'higher' }],
        async value() {
          const started = performance.now();
          await imported(known, 'unchanged');
          return rate(ROWS, started);
        },
      };
      return { entries: await measure(context, [first, again], 3) };
    } finally {
      await firestore.terminate();
    }
  },
};

async function imported(file: string, outcome: 'created' | 'unchanged'): Promise<void> {
  const { importInput } = await import('../../../functions/lib/contacts/import/schema.js');
  const { importContacts } = await import('../../../functions/lib/contacts/import/start.js');
  const { importJob } = await import('../../../functions/lib/contacts/import/job.js');
  const { keepUpload } = await import('../../../functions/lib/files/upload.js');
  const { runJob } = await import('../../../functions/lib/jobs/run.js');
  const { jobOf } = await import('../../../functions/lib/jobs/look.js');
  const member = { uid: 'bench', role: 'admin' } as const;
  const jobId = randomUUID();
  const { fileId } = await keepUpload(member, { id: jobId, name: 'people.csv' }, Buffer.from(file));
  await importContacts(member, importInput.parse({ jobId, fileId }));
  await runJob(jobId, { 'contacts-import': () => Promise.resolve(importJob as never) });
  const { data } = await jobOf(member, jobId);
  if (data.result?.[outcome] !== ROWS) throw new Error(`an import came to ${JSON.stringify(data)}`);
}

type Document = [path: string, data: Record<string, unknown>];

/** What the import writes of new people, ready to be sent. */
async function documentsOf(from: number): Promise<Document[]> {
  const { contactOf } = await import('../../../functions/lib/contacts/identify.js');
  const { aliasIds } = await import('../../../functions/lib/contacts/rules.js');
  const { searchFields } = await import('../../../functions/lib/contacts/search.js');
  return Array.from({ length: ROWS }, (_, n): Document[] => {
    const phone = phoneOf(from + n);
    const [id] = aliasIds({ phone });
    const contact = { ...contactOf({ name: `Ana García ${n}`, phone }), tags: ['vip'] };
    return [
      [`contacts/${id}`, { ...contact, search: searchFields(contact) }],
      [`identities/${id}`, { contactId: id, createdAt: 1 }],
    ];
  }).flat();
}

async function commitRaw(firestore: PlainFirestore, documents: Document[]): Promise<void> {
  let at = 0;
  const worker = async (): Promise<void> => {
    while (at < documents.length) {
      const batch = firestore.batch();
      for (const [path, data] of documents.slice(at, (at += RAW.documents))) {
        batch.create(firestore.doc(path), data);
      }
      await batch.commit();
    }
  };
  await Promise.all(Array.from({ length: RAW.atOnce }, worker));
}

/** A look whether somebody has the number, then the contact and its alias. */
async function oneByOne(firestore: PlainFirestore, from: number): Promise<void> {
  for (let n = 0; n < BASELINE_ROWS; n++) {
    const phone = phoneOf(from + n);
    const alias = firestore.doc(`identities/${phone}`);
    if ((await alias.get()).exists) continue;
    const contact = firestore.collection('contacts').doc();
    await contact.set({ name: `Ana García ${n}`, phone, tags: ['vip'] });
    await alias.set({ contactId: contact.id });
  }
}
