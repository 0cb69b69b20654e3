import { retryFailed } from '../../campaigns/retry';
import { campaignInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Sends anew to those whom it failed to reach for a reason that may have passed. */
export const campaignsRetry = callable(
  { roles: SUPERVISORS, input: campaignInput, options: { timeoutSeconds: 540, memory: '512MiB' } },
  (member, { campaignId }) => retryFailed(member, campaignId),
);
