import { exportData } from '../../privacy/exportData';
import { exportDataInput } from '../../privacy/schema';
import { ADMINS, callable } from '../guard';

/** Exports everything about a person, in the background. */
export const contactsExportData = callable({ roles: ADMINS, input: exportDataInput }, exportData);
