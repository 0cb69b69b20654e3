import { saveSegmentInput } from '../../contacts/schema';
import { saveSegment } from '../../contacts/segments';
import { callable, SUPERVISORS } from '../guard';

/** Saves a filter under a name. */
export const segmentsSave = callable({ roles: SUPERVISORS, input: saveSegmentInput }, saveSegment);
