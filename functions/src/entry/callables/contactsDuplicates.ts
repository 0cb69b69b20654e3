import { findDuplicates } from '../../contacts/duplicates';
import { duplicatesInput } from '../../contacts/schema';
import { SUPERVISORS } from '../guard';
import { reading } from '../reading';

/** Contacts that may be one person, page by page. */
export const contactsDuplicates = reading(
  { roles: SUPERVISORS, input: duplicatesInput },
  (_, input) => findDuplicates(input),
);
