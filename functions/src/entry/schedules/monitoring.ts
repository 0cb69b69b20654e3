import { watch } from '../../monitoring/watch';
import { scheduled } from '../scheduled';

/** Merges the instances' metrics, opens and closes alerts and notifies of them. */
export const monitoring = scheduled(
  'monitoring',
  {
    schedule: 'every 1 minutes',
    everyMs: 60_000,
    maxInstances: 1,
    timeoutSeconds: 60,
    retryCount: 0,
  },
  { watch },
);
