import type { JobHandler, JobHandlers } from '../../src/jobs/run';
import { runJob } from '../../src/jobs/run';
import type { Job } from '../../src/jobs/schema';
import { mergeJob } from '../../src/merges/mergeJob';
import { startMerge, startUnmerge } from '../../src/merges/start';
import { unmergeJob } from '../../src/merges/undo';
import { db } from '../../src/platform/firestore';
import type { Member } from '../../src/team/schema';

const LEAD: Member = { uid: 'supervisor', role: 'supervisor' };

const handlers: JobHandlers = {
  'contacts-merge': () => Promise.resolve(mergeJob as JobHandler),
  'contacts-unmerge': () => Promise.resolve(unmergeJob as JobHandler),
};

/** Does the jobs that wait, as their queue and the schedule would. */
export async function runJobs(): Promise<void> {
  const { docs } = await db().collection('jobs').where('endedAt', '==', null).get();
  for (const { id } of docs) await runJob(id, handlers);
}

export const jobAt = async (id: string): Promise<Job> =>
  (await db().doc(`jobs/${id}`).get()).data() as Job;

/** Takes a job from a run that died, as the end of its lease does. */
export const freeJobs = async (): Promise<void> => {
  const { docs } = await db().collection('jobs').where('endedAt', '==', null).get();
  await Promise.all(docs.map(({ ref }) => ref.update({ holder: null })));
};

/** Merges two contacts; gives the merge's id. */
export async function merge(winnerId: string, loserId: string, jobId: string): Promise<string> {
  await startMerge(LEAD, { jobId, winnerId, loserId });
  await runJobs();
  return jobId;
}

export async function unmerge(mergeId: string, jobId = `undo-${mergeId}`): Promise<void> {
  await startUnmerge(LEAD, { jobId, mergeId });
  await runJobs();
}

const COLLECTIONS = ['contacts', 'identities', 'conversations', 'messages'];

/** All that is stored of contacts and what they wrote, by path. */
export async function everything(): Promise<Record<string, Record<string, unknown>>> {
  const found = await Promise.all(COLLECTIONS.map((name) => db().collection(name).get()));
  return Object.fromEntries(
    found.flatMap(({ docs }) => docs.map((doc) => [doc.ref.path, doc.data()] as const)),
  );
}
