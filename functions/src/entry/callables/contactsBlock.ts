import { blockContactInput } from '../../contacts/schema';
import { blockContact } from '../../messages/blockContact';
import { AGENTS, callable } from '../guard';

/** Blocks a contact, so that nothing is sent to it, or ends that. */
export const contactsBlock = callable({ roles: AGENTS, input: blockContactInput }, blockContact);
