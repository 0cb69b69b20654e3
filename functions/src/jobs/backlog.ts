import { batchAggregation } from '../batch/batchAggregation';
import { now } from '../platform/clock';
import { jobs } from './store';

/** How many jobs are due to be looked at; one read per 1,000. */
export async function countDueJobs(): Promise<number> {
  const [due] = await batchAggregation(jobs, [{ where: [['dueAt', '<=', now()]], count: true }]);
  return due?.count ?? 0;
}
