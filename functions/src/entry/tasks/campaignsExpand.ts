import { onTaskDispatched } from 'firebase-functions/tasks';
import { z } from 'zod';
import { expand } from '../../campaigns/expand';
import { campaignId } from '../../campaigns/schema';
import { task } from '../guard';

/** Puts a campaign's audience into chunks; what a run leaves goes on in the next one. */
export const campaignsExpand = onTaskDispatched(
  {
    retryConfig: { maxAttempts: 10, minBackoffSeconds: 2, maxBackoffSeconds: 60 },
    rateLimits: { maxConcurrentDispatches: 20 },
    memory: '512MiB',
    timeoutSeconds: 1_800,
  },
  task('campaigns-expand', z.object({ campaignId }), (payload) => expand(payload.campaignId)),
);
