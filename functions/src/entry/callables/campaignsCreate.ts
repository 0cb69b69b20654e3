import { createDraft } from '../../campaigns/define';
import { createInput } from '../../campaigns/schema';
import { callable, SUPERVISORS } from '../guard';

/** Makes a draft of a campaign; repeating the call with its id makes no second one. */
export const campaignsCreate = callable(
  { roles: SUPERVISORS, input: createInput, options: { memory: '512MiB' } },
  createDraft,
);
