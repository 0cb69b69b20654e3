import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { commit, untilNoConflict } from '../platform/commit';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { jobOf } from './look';
import type { JobStatus } from './schema';
import { enqueueJob } from './start';
import { jobPath, updateJob } from './store';

/** Stops a job after the step that it is at. What it did stays. Asked again it changes nothing. */
export async function cancelJob(member: Member, id: string): Promise<{ status: JobStatus }> {
  return untilNoConflict(async () => {
    const { data, version } = await jobOf(member, id);
    if (data.status === 'cancelling' || data.status === 'cancelled') return { status: data.status };
    if (data.endedAt !== null) {
      throw new AppError('failed-precondition', 'This job is over already.', {
        details: { reason: 'job-over', status: data.status },
      });
    }
    await commit([
      updateJob(id, { status: 'cancelling', updatedAt: now() }, version),
      auditWrite(member.uid, 'jobs.cancel', jobPath(id), { kind: data.kind }),
    ]);
    await enqueueJob(id);
    return { status: 'cancelling' as const };
  });
}
