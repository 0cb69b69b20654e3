import { erase } from '../../privacy/erase';
import { eraseInput } from '../../privacy/schema';
import { ADMINS, callable } from '../guard';

/** Erases a person, in the background. */
export const contactsErase = callable({ roles: ADMINS, input: eraseInput }, erase);
