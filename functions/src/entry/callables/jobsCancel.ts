import { cancelJob } from '../../jobs/cancel';
import { jobInput } from '../../jobs/schema';
import { AGENTS, callable } from '../guard';

/** Stops a job: one's own, for admins and supervisors anyone's. */
export const jobsCancel = callable({ roles: AGENTS, input: jobInput }, (member, { jobId }) =>
  cancelJob(member, jobId),
);
