import { listJobs } from '../../jobs/look';
import { listJobsInput } from '../../jobs/schema';
import { AGENTS } from '../guard';
import { reading } from '../reading';

/** The jobs that a member started, for admins and supervisors everybody's. */
export const jobsList = reading({ roles: AGENTS, input: listJobsInput }, listJobs);
