import { onSchedule } from 'firebase-functions/scheduler';
import { removeExpiredFiles, removeOrphans } from '../../files/remove';
import { removeOldMerges } from '../../merges/purge';
import { now } from '../../platform/clock';
import { leaveDomain } from '../../platform/domain';
import { log } from '../../platform/log';

/** Half of what a run may take is for the files, a quarter for what has none. */
const FILES_MS = 240_000;
const ORPHANS_MS = 120_000;

/** Removes what has lived long enough. */
export const hourly = onSchedule(
  { schedule: 'every 60 minutes', maxInstances: 1, timeoutSeconds: 540, retryCount: 0 },
  async () => {
    leaveDomain();
    const merges = await removeOldMerges();
    const files = await removeExpiredFiles(now() + FILES_MS);
    const orphans = await removeOrphans(now() + ORPHANS_MS);
    log.debug('removed', { files, orphans, merges });
  },
);
