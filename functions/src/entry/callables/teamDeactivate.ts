import { deactivate } from '../../team/change';
import { deactivateInput } from '../../team/schema';
import { ADMINS, callable } from '../guard';

/** Ends a membership and its sessions. */
export const teamDeactivate = callable(
  { roles: ADMINS, input: deactivateInput },
  async (member, input) => {
    await deactivate(member, input);
    return input;
  },
);
