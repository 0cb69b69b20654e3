import { onSchedule } from 'firebase-functions/scheduler';
import { drainStatuses } from '../../campaigns/drainStatuses';
import { lookAfterCampaigns } from '../../campaigns/upkeep';
import { now } from '../../platform/clock';
import { leaveDomain } from '../../platform/domain';
import { log } from '../../platform/log';

/** The next run begins then. */
const DRAIN_MS = 55_000;

/** Looks after the open campaigns and writes down the statuses that came for their messages. */
export const campaigns = onSchedule(
  {
    schedule: 'every 1 minutes',
    maxInstances: 2,
    timeoutSeconds: 180,
    retryCount: 0,
    memory: '512MiB',
  },
  async () => {
    leaveDomain();
    const [upkeep, statuses] = await Promise.allSettled([
      lookAfterCampaigns(),
      drainStatuses(now() + DRAIN_MS),
    ]);
    for (const result of [upkeep, statuses]) {
      if (result.status === 'rejected')
        log.error('a run failed; the next one makes up for it', { error: result.reason });
    }
    log.debug('campaigns', { statuses });
  },
);
