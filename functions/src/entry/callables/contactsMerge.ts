import { mergeInput } from '../../merges/schema';
import { startMerge } from '../../merges/start';
import { callable, SUPERVISORS } from '../guard';

/** Merges two contacts with their conversations and messages, in the background. */
export const contactsMerge = callable({ roles: SUPERVISORS, input: mergeInput }, startMerge);
