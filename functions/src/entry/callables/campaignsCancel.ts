import { cancel } from '../../campaigns/stop';
import { campaignInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Ends a campaign; nobody who was not sent to yet is. */
export const campaignsCancel = callable(
  { roles: SUPERVISORS, input: campaignInput },
  (member, { campaignId }) => cancel(member, campaignId),
);
