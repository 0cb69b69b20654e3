import { importInput } from '../../contacts/import/schema';
import { importContacts } from '../../contacts/import/start';
import { callable, SUPERVISORS } from '../guard';

/** Starts the import of an uploaded file of contacts. */
export const contactsImport = callable({ roles: SUPERVISORS, input: importInput }, importContacts);
