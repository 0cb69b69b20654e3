import { dismissDuplicate } from '../../contacts/duplicates';
import { dismissDuplicateInput } from '../../contacts/schema';
import { callable, SUPERVISORS } from '../guard';

/** Says that two contacts that look like one person are two. */
export const contactsDismissDuplicate = callable(
  { roles: SUPERVISORS, input: dismissDuplicateInput },
  dismissDuplicate,
);
