import { collection } from '../batch/collection';
import type { WriteOp } from '../platform/commit';
import { read, type Read, type Version } from '../platform/firestore';
import type { Job } from './schema';

export const jobs = collection<Job>('jobs');

export const jobPath = (id: string): string => `${jobs.path}/${id}`;

export const readJob = (id: string): Promise<Read<Job>> => read<Job>(jobPath(id));

export const createJob = (id: string, data: Job): WriteOp => ({
  kind: 'create',
  path: jobPath(id),
  data,
});

/** Fails where the job is not at `version` any more. */
export const updateJob = (
  id: string,
  data: Record<string, unknown>,
  version: Version,
): WriteOp => ({ kind: 'update', path: jobPath(id), data, version });
