import { listSegmentsInput } from '../../contacts/schema';
import { listSegments } from '../../contacts/segments';
import { AGENTS, callable } from '../guard';

/** The segments by name. */
export const segmentsList = callable(
  { roles: AGENTS, input: listSegmentsInput },
  (_member, input) => listSegments(input),
);
