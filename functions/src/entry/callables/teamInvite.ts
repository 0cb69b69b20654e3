import { invite } from '../../team/invite';
import { inviteInput } from '../../team/schema';
import { ADMINS, callable } from '../guard';

/** Makes a person a member of the team. */
export const teamInvite = callable({ roles: ADMINS, input: inviteInput }, invite);
