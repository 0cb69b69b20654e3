import { createContact } from '../../contacts/create';
import { createContactInput } from '../../contacts/schema';
import { AGENTS, callable } from '../guard';

/** Makes a contact; repeating the call with its key makes no second one. */
export const contactsCreate = callable({ roles: AGENTS, input: createContactInput }, createContact);
