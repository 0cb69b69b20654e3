import { bringUpToDate } from '../../analytics/minute';
import { now } from '../../platform/clock';
import { scheduled } from '../scheduled';

/** The next run begins soon after. */
const DRAIN_MS = 50_000;

/** Brings the figures up to date. */
export const analytics = scheduled(
  'analytics',
  {
    schedule: 'every 1 minutes',
    everyMs: 60_000,
    maxInstances: 2,
    timeoutSeconds: 180,
    retryCount: 0,
    memory: '512MiB',
  },
  { figures: () => bringUpToDate(now() + DRAIN_MS) },
);
