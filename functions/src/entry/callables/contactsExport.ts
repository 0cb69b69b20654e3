import { exportContacts } from '../../contacts/export';
import { exportContactsInput } from '../../contacts/schema';
import { callable, SUPERVISORS } from '../guard';

/** Starts the export of contacts into a CSV or XLSX file. */
export const contactsExport = callable(
  { roles: SUPERVISORS, input: exportContactsInput },
  exportContacts,
);
