import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runJob, type JobHandler, type JobHandlers } from '../../src/jobs/run';
import type { Job } from '../../src/jobs/schema';
import { clearCaches } from '../../src/platform/cache';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { exportData } from '../../src/privacy/exportData';
import { exportJob } from '../../src/privacy/exportJob';
import { newId } from '../../src/shared/ids';
import type { Member } from '../../src/team/schema';
import { codeOf } from '../support/calling';
import { storeCampaigns, storeSomebody, type Somebody } from '../support/personWorld';
import { useProject } from '../support/project';
import { clearFirestore, connectChannel } from '../support/stored';

const root = mkdtempSync(join(tmpdir(), 'recado-export-'));
useProject('export-data', { FILE_STORE: pathToFileURL(root).href });
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ada: Member = { uid: 'ada', role: 'admin' };
const handlers: JobHandlers = {
  'contacts-exportData': () => Promise.resolve(exportJob as JobHandler),
};

let ana: Somebody;
let ben: Somebody;
let stopClock = (): void => undefined;
beforeEach(async () => {
  rmSync(root, { recursive: true, force: true });
  await clearFirestore();
  clearCaches();
  await connectChannel();
  [ana, ben] = await Promise.all([storeSomebody(0), storeSomebody(1)]);
  await storeCampaigns([ana, ben]);
});
afterEach(() => stopClock());

const jobAt = async (id: string): Promise<Job> =>
  (await db().doc(`jobs/${id}`).get()).data() as Job;

type Archive = Record<string, Record<string, unknown>[]> & { format: string };
async function archiveOf(jobId: string): Promise<Archive> {
  expect(await jobAt(jobId)).toMatchObject({ status: 'done' });
  const file = (await db().doc(`files/${jobId}`).get()).data() as { path: string; bytes: number };
  const content = await text(await storage().read(file.path));
  expect(Buffer.byteLength(content)).toBe(file.bytes);
  return JSON.parse(content) as Archive;
}
async function exported({ contactId }: Somebody): Promise<Archive> {
  const { jobId } = await exportData(ada, { jobId: newId(), contactId });
  await runJob(jobId, handlers);
  return archiveOf(jobId);
}

describe('the export of a person', () => {
  it('has everything about them in one document', async () => {
    const archive = await exported(ana);
    expect(archive.format).toBe('recado-person/1');
    const counts = Object.fromEntries(
      Object.entries(archive).flatMap(([name, items]) =>
        Array.isArray(items) ? [[name, items.length]] : [],
      ),
    );
    expect(counts).toEqual({
      ...{
        contacts: 1,
        consents: 1,
        conversations: 1,
        messages: 7,
        archivedMessages: 0,
        merges: 0,
        campaigns: 2,
        lists: 2,
      },
      // The job is one itself: it names the contact.
      ...{ deadLetters: 2, auditLog: 2, jobs: 2, files: 2 },
    });
    expect(archive['contacts']).toMatchObject([{ phone: ana.phone, bsuid: ana.bsuid }]);
    const asked = archive['messages']?.find(({ id }) => id === 'in-0-1');
    expect(asked).toMatchObject({ content: { body: 'confidential question 1' } });
    expect(asked).not.toHaveProperty('fingerprint');
    const over = archive['campaigns']?.find(({ campaignId }) => campaignId === 'campaign-over');
    expect(over).toMatchObject({
      ...{ recipient: { phone: ana.phone, state: 'accepted' }, outcome: { deliveredAt: 13 } },
      campaign: 'campaign-over',
    });
    expect(archive['lists']).toMatchObject([{ row: { name: 'confidential' } }, {}]);
    expect(archive['deadLetters']?.map(({ raw }) => String(raw).includes(ana.phone))).toEqual([
      true,
      true,
    ]);
  });

  it('has nothing of anybody else', async () => {
    const content = JSON.stringify(await exported(ana));
    for (const trace of ben.traces) expect(content).not.toContain(trace);
  });

  it('is for admins, for a week, and on record', async () => {
    const { jobId } = await exportData(ada, { jobId: newId(), contactId: ana.contactId });
    await runJob(jobId, handlers);
    const file = await db().doc(`files/${jobId}`).get();
    expect(file.data()).toMatchObject({ purpose: 'privacy', contentType: 'application/json' });
    const week = 7 * 24 * 60 * 60_000;
    expect((file.get('expiresAt') as number) - (file.get('createdAt') as number)).toBe(week);
    const deeds = await db().collection('auditLog').where('userId', '==', 'ada').get();
    expect(deeds.docs.map((doc) => doc.get('action') as string).sort()).toEqual([
      'contacts.dataExported',
      'contacts.exportData',
    ]);
    // Nothing else is left of it, and the job knows nobody any more.
    expect(readdirSync(join(root, 'privacy'))).toEqual([jobId]);
    expect(JSON.stringify((await jobAt(jobId)).state)).not.toContain(ana.phone);
  });

  it('of nobody is refused', async () => {
    expect(await codeOf(exportData(ada, { jobId: newId(), contactId: 'nobody' }))).toBe(
      'not-found',
    );
  });

  it('of somebody of whom hardly anything is stored is well-formed', async () => {
    await db().doc('contacts/quiet').set({ name: null, phone: null, bsuid: null, username: null });
    const archive = await exported({ ...ana, contactId: 'quiet' });
    expect(archive).toMatchObject({ contacts: [{ id: 'quiet' }], messages: [], campaigns: [] });
  });

  it('goes to contacts that were merged with it', async () => {
    const old = await storeSomebody(2);
    await db().doc(`contacts/${old.contactId}`).update({ mergedInto: ana.contactId });
    const archive = await exported(old);
    expect(archive['contacts']).toHaveLength(2);
    expect(archive['messages']).toHaveLength(14);
  });

  it('that dies at any step goes on, and has each item once', { timeout: 120_000 }, async () => {
    const { jobId } = await exportData(ada, { jobId: newId(), contactId: ana.contactId });
    for (let steps = 0; steps < 10 && (await jobAt(jobId)).endedAt === null; steps++) {
      let done = 0;
      // One step each run; the second is done, written, and never committed.
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const dying: JobHandler = {
        async step(context) {
          const step = await exportJob.step(context as never);
          if (done++ < 1) return step;
          resolve(undefined);
          return new Promise<never>(() => undefined);
        },
      };
      const ended = runJob(jobId, { 'contacts-exportData': () => Promise.resolve(dying) });
      await Promise.race([ended, promise]);
      const later = Date.now() + (steps + 1) * 121_000;
      stopClock = setClock(() => later);
    }
    const archive = await archiveOf(jobId);
    const ids = archive['messages']?.map(({ id }) => id) ?? [];
    expect([ids.length, new Set(ids).size]).toEqual([7, 7]);
  });

  it('of very much is made in parts, and complete', { timeout: 120_000 }, async () => {
    for (let from = 0; from < 3_000; from += 500) {
      const batch = db().batch();
      for (let n = from; n < from + 500; n++) {
        batch.set(db().doc(`messages/many-${String(n).padStart(5, '0')}`), {
          ...{
            direction: 'in',
            contactId: ana.contactId,
            channelId: '1',
            type: 'text',
            timestamp: n,
          },
          content: { body: 'año '.repeat(1_000) },
        });
      }
      await batch.commit();
    }
    let parts = 0;
    const write = storage().write.bind(storage());
    storage().write = (path, ...rest) => {
      if (path.includes('.')) parts++;
      return write(path, ...rest);
    };
    const archive = await exported(ana);
    expect(archive['messages']).toHaveLength(3_007);
    expect(parts).toBeGreaterThan(2);
  });
});
