import { wakeSnoozed } from '../../conversations/snoozes';
import { resumeJobs } from '../../jobs/upkeep';
import { processDue } from '../../messages/due';
import { scheduled } from '../scheduled';

/** Does what is due: messages to hand over or to give up, conversations to open, jobs to go on. */
export const everyMinute = scheduled(
  'everyMinute',
  {
    schedule: 'every 1 minutes',
    everyMs: 60_000,
    maxInstances: 1,
    timeoutSeconds: 120,
    retryCount: 0,
  },
  { messages: processDue, snoozes: wakeSnoozed, jobs: resumeJobs },
);
