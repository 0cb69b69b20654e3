import { listAttributes } from '../../contacts/attributes';
import { listAttributesInput } from '../../contacts/schema';
import { AGENTS, callable } from '../guard';

/** The attributes that contacts may have. */
export const attributesList = callable({ roles: AGENTS, input: listAttributesInput }, () =>
  listAttributes(),
);
