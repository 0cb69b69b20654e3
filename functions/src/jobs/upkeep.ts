import { batchQuery } from '../batch/batchQuery';
import { now } from '../platform/clock';
import { mapConcurrently } from '../shared/async';
import { enqueueJob } from './start';
import { jobs } from './store';

const MAX_JOBS = 100;

/**
 * Has the jobs go on that nobody works on: whose run died, or whose task was never created.
 *
 * @returns how many
 */
export async function resumeJobs(): Promise<number> {
  const { items } = await batchQuery(jobs, [{ where: [['dueAt', '<=', now()]] }], {
    limit: MAX_JOBS,
    fields: ['dueAt'],
  });
  await mapConcurrently(items, 10, ({ id }) => enqueueJob(id));
  return items.length;
}
