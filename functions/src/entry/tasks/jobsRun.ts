import { onTaskDispatched } from 'firebase-functions/tasks';
import { runJob, type JobHandlers } from '../../jobs/run';
import { jobInput } from '../../jobs/schema';
import { secrets } from '../../params';
import { task } from '../guard';

/** What does each kind of job; loaded when a job of the kind runs. */
const handlers: JobHandlers = {
  'contacts-export': async () => (await import('../../contacts/exportJob.js')).exportJob,
  'contacts-import': async () => (await import('../../contacts/import/job.js')).importJob,
  'contacts-tag': async () => (await import('../../contacts/tagJob.js')).tagJob,
  'contacts-merge': async () => (await import('../../merges/mergeJob.js')).mergeJob,
  'contacts-unmerge': async () => (await import('../../merges/undo.js')).unmergeJob,
  'contacts-erase': async () => (await import('../../privacy/eraseJob.js')).eraseJob,
  'contacts-exportData': async () => (await import('../../privacy/exportJob.js')).exportJob,
};

/** Works on a job in the background; what a run leaves goes on in the next one. */
export const jobsRun = onTaskDispatched(
  {
    retryConfig: { maxAttempts: 10, minBackoffSeconds: 2, maxBackoffSeconds: 60 },
    rateLimits: { maxConcurrentDispatches: 20 },
    // To forget what is cached of contacts.
    secrets: [...secrets.redisToken],
    memory: '512MiB',
    // A large import uses an instance alone.
    concurrency: 1,
    timeoutSeconds: 1_800,
  },
  task('jobs-run', jobInput, ({ jobId }) => runJob(jobId, handlers)),
);
