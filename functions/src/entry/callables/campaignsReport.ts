import { reportFor } from '../../campaigns/report';
import { reportInput } from '../../campaigns/schema';
import { SUPERVISORS } from '../guard';
import { reading } from '../reading';

/** A page of what became of each recipient's message, as rows or as CSV. */
export const campaignsReport = reading(
  { roles: SUPERVISORS, input: reportInput, options: { memory: '512MiB' } },
  reportFor,
);
