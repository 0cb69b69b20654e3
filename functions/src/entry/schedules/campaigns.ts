import { drainStatuses } from '../../campaigns/drainStatuses';
import { lookAfterCampaigns } from '../../campaigns/upkeep';
import { now } from '../../platform/clock';
import { scheduled } from '../scheduled';

/** The next run begins then. */
const DRAIN_MS = 55_000;

/** Looks after the open campaigns and writes down the statuses that came for their messages. */
export const campaigns = scheduled(
  'campaigns',
  {
    schedule: 'every 1 minutes',
    everyMs: 60_000,
    maxInstances: 2,
    timeoutSeconds: 180,
    retryCount: 0,
    memory: '512MiB',
  },
  { upkeep: lookAfterCampaigns, statuses: () => drainStatuses(now() + DRAIN_MS) },
);
