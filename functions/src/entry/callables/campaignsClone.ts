import { cloneCampaign } from '../../campaigns/clone';
import { cloneInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Makes a draft of what another campaign was. */
export const campaignsClone = callable({ roles: SUPERVISORS, input: cloneInput }, cloneCampaign);
