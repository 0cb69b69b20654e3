import { findDuplicates } from '../../contacts/duplicates';
import { duplicatesInput } from '../../contacts/schema';
import { callable, SUPERVISORS } from '../guard';

/** Contacts that may be one person, page by page. */
export const contactsDuplicates = callable(
  { roles: SUPERVISORS, input: duplicatesInput },
  (_, input) => findDuplicates(input),
);
