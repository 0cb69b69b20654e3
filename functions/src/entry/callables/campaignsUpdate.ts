import { updateDraft } from '../../campaigns/define';
import { updateInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Changes what is given of a draft. */
export const campaignsUpdate = callable(
  { roles: SUPERVISORS, input: updateInput, options: { memory: '512MiB' } },
  updateDraft,
);
