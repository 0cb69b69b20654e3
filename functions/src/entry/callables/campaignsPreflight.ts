import { preflightFor } from '../../campaigns/preflight';
import { preflightInput } from '../../campaigns/schema';
import { secrets } from '../../params';
import { callable, SUPERVISORS } from '../guard';

/** Tells what a launch would come to: recipients, exclusions, missing values, time, cost. */
export const campaignsPreflight = callable(
  {
    roles: SUPERVISORS,
    input: preflightInput,
    limit: 'whatsapp',
    options: { memory: '512MiB', secrets: [secrets.whatsappToken] },
  },
  preflightFor,
);
