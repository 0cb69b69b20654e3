import { onSchedule } from 'firebase-functions/scheduler';
import { removeExpiredFiles } from '../../files/remove';
import { log } from '../../platform/log';

/** Removes what has lived long enough. */
export const hourly = onSchedule(
  { schedule: 'every 60 minutes', maxInstances: 1, timeoutSeconds: 540, retryCount: 0 },
  async () => {
    log.debug('removed', { files: await removeExpiredFiles() });
  },
);
