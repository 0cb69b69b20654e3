import { defineAttribute } from '../../contacts/attributes';
import { defineAttributeInput } from '../../contacts/schema';
import { callable, SUPERVISORS } from '../guard';

/** Defines an attribute of contacts, or changes its label or choices. */
export const attributesDefine = callable(
  { roles: SUPERVISORS, input: defineAttributeInput },
  defineAttribute,
);
