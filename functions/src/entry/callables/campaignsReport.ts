import { reportFor } from '../../campaigns/report';
import { reportInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** A page of what became of each recipient's message, as rows or as CSV. */
export const campaignsReport = callable(
  { roles: SUPERVISORS, input: reportInput, options: { memory: '512MiB' } },
  reportFor,
);
