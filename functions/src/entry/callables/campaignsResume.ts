import { resume } from '../../campaigns/control';
import { campaignInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Goes on with a paused campaign. */
export const campaignsResume = callable(
  { roles: SUPERVISORS, input: campaignInput },
  (member, { campaignId }) => resume(member, campaignId),
);
