import { removeOldMetrics } from '../../analytics/remove';
import { refreshQuality } from '../../channels/quality';
import { removeExpiredFiles, removeOrphans } from '../../files/remove';
import { removeOldMerges } from '../../merges/purge';
import { secrets } from '../../params';
import { now } from '../../platform/clock';
import { scheduled } from '../scheduled';

/** Half of what a run may take is for the files, a quarter for what has none. */
const FILES_MS = 240_000;
const ORPHANS_MS = 120_000;

/** Removes what has lived long enough, and asks WhatsApp how good the numbers are. */
export const hourly = scheduled(
  'hourly',
  {
    schedule: 'every 60 minutes',
    everyMs: 3_600_000,
    maxInstances: 1,
    timeoutSeconds: 540,
    retryCount: 0,
    secrets: [secrets.whatsappToken],
  },
  {
    files: async () => {
      await removeExpiredFiles(now() + FILES_MS);
      await removeOrphans(now() + ORPHANS_MS);
    },
    merges: removeOldMerges,
    metrics: removeOldMetrics,
    quality: refreshQuality,
  },
);
