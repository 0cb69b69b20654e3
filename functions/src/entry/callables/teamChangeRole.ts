import { changeRole } from '../../team/change';
import { changeRoleInput } from '../../team/schema';
import { ADMINS, callable } from '../guard';

/** Gives a member another role. */
export const teamChangeRole = callable(
  { roles: ADMINS, input: changeRoleInput },
  async (member, input) => {
    await changeRole(member, input);
    return input;
  },
);
