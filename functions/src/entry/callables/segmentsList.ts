import { listSegmentsInput } from '../../contacts/schema';
import { listSegments } from '../../contacts/segments';
import { AGENTS } from '../guard';
import { reading } from '../reading';

/** The segments by name. */
export const segmentsList = reading({ roles: AGENTS, input: listSegmentsInput }, (_member, input) =>
  listSegments(input),
);
