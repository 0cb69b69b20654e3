import { listJobs } from '../../jobs/look';
import { listJobsInput } from '../../jobs/schema';
import { AGENTS, callable } from '../guard';

/** The jobs that a member started, for admins and supervisors everybody's. */
export const jobsList = callable({ roles: AGENTS, input: listJobsInput }, listJobs);
