import { countSegmentInput } from '../../contacts/schema';
import { countSegment } from '../../contacts/segments';
import { callable, SUPERVISORS } from '../guard';

/** How many contacts a segment or a filter has at this moment. */
export const segmentsCount = callable(
  { roles: SUPERVISORS, input: countSegmentInput },
  (_member, input) => countSegment(input),
);
