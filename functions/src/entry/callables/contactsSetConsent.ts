import { setConsent } from '../../contacts/setConsent';
import { setConsentInput } from '../../contacts/schema';
import { AGENTS, callable } from '../guard';

/** Records what a contact said about messages of a category, with its proof. */
export const contactsSetConsent = callable({ roles: AGENTS, input: setConsentInput }, setConsent);
