import { updateContactInput } from '../../contacts/schema';
import { updateContact } from '../../contacts/update';
import { AGENTS, callable } from '../guard';

/** Changes a contact's name, owner, tags, attributes, or whether it is active. */
export const contactsUpdate = callable({ roles: AGENTS, input: updateContactInput }, updateContact);
