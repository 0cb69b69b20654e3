import { tagContactsInput } from '../../contacts/schema';
import { tagContacts } from '../../contacts/tag';
import { AGENTS, callable } from '../guard';

/** Tags contacts: some by id at once, or all that a filter finds in the background. */
export const contactsTag = callable({ roles: AGENTS, input: tagContactsInput }, tagContacts);
