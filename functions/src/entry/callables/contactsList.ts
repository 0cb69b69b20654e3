import { listContacts } from '../../contacts/list';
import { listContactsInput } from '../../contacts/schema';
import { AGENTS, callable } from '../guard';

/** A page of the contacts that a text and a filter ask for; agents find their own. */
export const contactsList = callable({ roles: AGENTS, input: listContactsInput }, listContacts);
