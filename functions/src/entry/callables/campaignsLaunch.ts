import { launch } from '../../campaigns/launch';
import { campaignInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Lets a draft go out, at once or at its time; however often it is called, once. */
export const campaignsLaunch = callable(
  { roles: SUPERVISORS, input: campaignInput },
  (member, { campaignId }) => launch(member, campaignId),
);
