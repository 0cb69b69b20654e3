import { countSegmentInput } from '../../contacts/schema';
import { countSegment } from '../../contacts/segments';
import { SUPERVISORS } from '../guard';
import { reading } from '../reading';

/** How many contacts a segment or a filter has, as of half a minute ago at most. */
export const segmentsCount = reading(
  { roles: SUPERVISORS, input: countSegmentInput },
  (_member, input) => countSegment(input),
);
