import { onSchedule } from 'firebase-functions/scheduler';
import { wakeSnoozed } from '../../conversations/snoozes';
import { processDue } from '../../messages/due';
import { log } from '../../platform/log';

/** Does what is due: messages to hand over or to give up, snoozed conversations to open. */
export const everyMinute = onSchedule(
  { schedule: 'every 1 minutes', maxInstances: 1, timeoutSeconds: 120, retryCount: 0 },
  async () => {
    const [messages, snoozes] = await Promise.allSettled([processDue(), wakeSnoozed()]);
    for (const result of [messages, snoozes]) {
      if (result.status === 'rejected')
        log.error('a run failed; the next one makes up for it', { error: result.reason });
    }
    log.debug('due', { messages, snoozes });
  },
);
