import { onSchedule } from 'firebase-functions/scheduler';
import { wakeSnoozed } from '../../conversations/snoozes';
import { resumeJobs } from '../../jobs/upkeep';
import { processDue } from '../../messages/due';
import { log } from '../../platform/log';

/** Does what is due: messages to hand over or to give up, conversations to open, jobs to go on. */
export const everyMinute = onSchedule(
  { schedule: 'every 1 minutes', maxInstances: 1, timeoutSeconds: 120, retryCount: 0 },
  async () => {
    const [messages, snoozes, jobs] = await Promise.allSettled([
      processDue(),
      wakeSnoozed(),
      resumeJobs(),
    ]);
    for (const result of [messages, snoozes, jobs]) {
      if (result.status === 'rejected')
        log.error('a run failed; the next one makes up for it', { error: result.reason });
    }
    log.debug('due', { messages, snoozes, jobs });
  },
);
