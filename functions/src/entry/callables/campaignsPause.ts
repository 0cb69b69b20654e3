import { pause } from '../../campaigns/stop';
import { pauseInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Stops a campaign within seconds; it can be resumed. */
export const campaignsPause = callable({ roles: SUPERVISORS, input: pauseInput }, pause);
