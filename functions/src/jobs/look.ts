import type { z } from 'zod';
import { batchQuery } from '../batch/batchQuery';
import type { Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import type { Job, listJobsInput } from './schema';
import { jobs, readJob } from './store';

const isLead = ({ role }: Member): boolean => role === 'admin' || role === 'supervisor';

/** A job that a member started, for admins and supervisors anyone's. */
export async function jobOf(member: Member, id: string): Promise<{ data: Job; version: Version }> {
  const { data, version } = await readJob(id);
  if (!data || !version || (data.createdBy !== member.uid && !isLead(member))) {
    throw new AppError('not-found', 'There is no such job.', { details: { reason: 'job' } });
  }
  return { data, version };
}

/** Whether there is a job of a key. */
export const exists = async (id: string): Promise<boolean> =>
  (await readJob(id)).data !== undefined;

/** Whether a job goes on, or is to begin; one that does not exist does not. */
export const isGoingOn = async (id: string): Promise<boolean> =>
  (await readJob(id)).data?.endedAt === null;

/** A job as members see it. */
export type JobView = Omit<Job, 'state' | 'holder' | 'dueAt' | 'failures' | 'steps'> & {
  jobId: string;
};

/** The member's jobs, for admins and supervisors everybody's; the newest first. One read each. */
export async function listJobs(
  member: Member,
  { kind, cursor, limit }: z.output<typeof listJobsInput>,
): Promise<{ jobs: JobView[]; cursor: string | null }> {
  const page = await batchQuery(
    jobs,
    [
      {
        where: [
          ...(isLead(member) ? [] : [['createdBy', '==', member.uid] as const]),
          ...(kind ? [['kind', '==', kind] as const] : []),
        ],
      },
    ],
    { orderBy: [['createdAt', 'desc']], limit, cursor: cursor ?? null },
  );
  return { jobs: page.items.map(({ id, data }) => viewOf(id, data)), cursor: page.cursor };
}

const viewOf = (jobId: string, job: Job): JobView => {
  const { kind, status, input, progress, result, error } = job;
  const { createdBy, createdAt, updatedAt, endedAt } = job;
  return {
    ...{ jobId, kind, status, input, progress, result, error },
    ...{ createdBy, createdAt, updatedAt, endedAt },
  };
};
