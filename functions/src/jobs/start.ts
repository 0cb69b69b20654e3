import { isDeepStrictEqual } from 'node:util';
import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { commit, isConflict } from '../platform/commit';
import { log } from '../platform/log';
import { enqueue } from '../platform/tasks';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';
import type { Member } from '../team/schema';
import type { Job, JobKind } from './schema';
import { createJob, jobPath, readJob } from './store';

/** Until then the first run has begun, or the schedule starts it. */
const START_GRACE_MS = 60_000;

/**
 * Starts work in the background. With the key of a job that exists it is that job, however often it
 * is called; the key with another input is an error.
 *
 * @param details what the audit log says beside; never personal data
 * @param state where the job begins, if not at the kind's own beginning
 */
export async function startJob(
  { uid }: Member,
  kind: JobKind,
  id: string,
  input: Record<string, unknown>,
  details: Record<string, unknown> = {},
  state: unknown = null,
): Promise<{ jobId: string }> {
  const job: Job = {
    kind,
    status: 'queued',
    input,
    state,
    progress: { done: 0, total: null },
    result: null,
    error: null,
    holder: null,
    dueAt: now() + START_GRACE_MS,
    failures: 0,
    steps: 0,
    createdBy: uid,
    createdAt: now(),
    updatedAt: now(),
    endedAt: null,
  };
  try {
    const action = kind.replace('-', '.');
    await commit([createJob(id, job), auditWrite(uid, action, jobPath(id), details)]);
  } catch (error) {
    if (!isConflict(error)) throw error;
    await checkSame(id, kind, input);
    return { jobId: id };
  }
  await enqueueJob(id);
  return { jobId: id };
}

async function checkSame(id: string, kind: JobKind, input: unknown): Promise<void> {
  const { data } = await readJob(id);
  if (data?.kind === kind && isDeepStrictEqual(data.input, plain(input))) return;
  throw new AppError('already-exists', 'This key was used for something else; take a new one.', {
    details: { reason: 'key-reused', field: 'jobId' },
  });
}

/** As it comes back from the database. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Has a job run, or go on; of two runs one stops. What cannot be started now, the schedule starts. */
export async function enqueueJob(id: string): Promise<void> {
  try {
    await enqueue('jobs-run', { jobId: id }, { key: newId(), deadlineSeconds: 1_800 });
  } catch (error) {
    log.warn('a task could not be created; the schedule will', { queue: 'jobs-run', error });
  }
}
