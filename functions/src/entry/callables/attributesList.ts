import { listAttributes } from '../../contacts/attributes';
import { listAttributesInput } from '../../contacts/schema';
import { AGENTS } from '../guard';
import { reading } from '../reading';

/** The attributes that contacts may have. */
export const attributesList = reading({ roles: AGENTS, input: listAttributesInput }, () =>
  listAttributes(),
);
