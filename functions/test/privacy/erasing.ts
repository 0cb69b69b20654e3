import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeEach, expect } from 'vitest';
import type { Chunk, GroupOutcomes } from '../../src/campaigns/schema';
import { runJob, type JobHandlers } from '../../src/jobs/run';
import type { Job } from '../../src/jobs/schema';
import { clearCaches } from '../../src/platform/cache';
import { setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { erase } from '../../src/privacy/erase';
import { eraseInput } from '../../src/privacy/schema';
import { newId } from '../../src/shared/ids';
import type { Member } from '../../src/team/schema';
import { findTraces } from '../support/everything';
import { storeCampaigns, storeSomebody, type Somebody } from '../support/personWorld';
import { useProject } from '../support/project';
import { clearFirestore, connectChannel } from '../support/stored';

/** Where files are kept. */
export const root = mkdtempSync(join(tmpdir(), 'recado-erase-'));
export const ada: Member = { uid: 'ada', role: 'admin' };
/** Who is erased, and somebody of whom nothing may go. */
export let ana: Somebody;
export let ben: Somebody;

const handlers: JobHandlers = {
  'contacts-erase': async () => (await import('../../src/privacy/eraseJob')).eraseJob,
};

/** Two people, of whom everything there can be is stored anew before each test. */
export function usePeople(project: string): void {
  useProject(project, { FILE_STORE: pathToFileURL(root).href });
  beforeEach(storePeople);
  afterAll(() => rmSync(root, { recursive: true, force: true }));
}

export async function storePeople(): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  await clearFirestore();
  clearCaches();
  await connectChannel();
  [ana, ben] = await Promise.all([storeSomebody(0), storeSomebody(1)]);
  await storeCampaigns([ana, ben]);
}

export const ask = (
  { contactId }: Somebody,
  jobId = newId(),
  fields = {},
): Promise<{ jobId: string }> =>
  erase(ada, eraseInput.parse({ jobId, contactId, confirm: contactId, ...fields }));

export const jobAt = async (id: string): Promise<Job> =>
  (await db().doc(`jobs/${id}`).get()).data() as Job;

export const run = (id: string): Promise<void> => runJob(id, handlers);

/** Runs a job whose holder died, at the time when it may be taken from them. */
export async function runLater(id: string): Promise<void> {
  const later = Date.now() + 121_000;
  const resetClock = setClock(() => later);
  await run(id).finally(resetClock);
}

export async function erased(who: Somebody): Promise<Job> {
  const { jobId } = await ask(who);
  await run(jobId);
  const job = await jobAt(jobId);
  expect(job).toMatchObject({ status: 'done', error: null });
  return job;
}

export const tracesOf = ({ traces }: Somebody): Promise<string[]> => findTraces(traces, root);

export const chunkAt = async (id: string): Promise<Chunk> =>
  (await db().doc(`campaigns/${id}/chunks/0-0`).get()).data() as Chunk;

export const outcomesAt = async (id: string): Promise<GroupOutcomes> =>
  (await db().doc(`campaigns/${id}/outcomes/0`).get()).data() as GroupOutcomes;
