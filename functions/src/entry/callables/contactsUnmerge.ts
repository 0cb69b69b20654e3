import { unmergeInput } from '../../merges/schema';
import { startUnmerge } from '../../merges/start';
import { callable, SUPERVISORS } from '../guard';

/** Makes two contacts again of two that were merged in the last 30 days. */
export const contactsUnmerge = callable({ roles: SUPERVISORS, input: unmergeInput }, startUnmerge);
