import { listContacts } from '../../contacts/list';
import { listContactsInput } from '../../contacts/schema';
import { AGENTS } from '../guard';
import { reading } from '../reading';

/** A page of the contacts that a text and a filter ask for; agents find their own. */
export const contactsList = reading({ roles: AGENTS, input: listContactsInput }, listContacts);
