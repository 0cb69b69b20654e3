import { segmentInput } from '../../contacts/schema';
import { deleteSegment } from '../../contacts/segments';
import { callable, SUPERVISORS } from '../guard';

/** Removes a segment. */
export const segmentsDelete = callable({ roles: SUPERVISORS, input: segmentInput }, deleteSegment);
