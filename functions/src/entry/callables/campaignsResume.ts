import { resume } from '../../campaigns/launch';
import { campaignInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Goes on with a paused campaign. */
export const campaignsResume = callable(
  { roles: SUPERVISORS, input: campaignInput },
  (member, { campaignId }) => resume(member, campaignId),
);
