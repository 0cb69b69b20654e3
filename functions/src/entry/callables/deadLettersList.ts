import { listDeadLetters } from '../../deadLetters/list';
import { listInput } from '../../deadLetters/schema';
import { ADMINS, callable } from '../guard';

/** Lists what could not be processed, newest first. */
export const deadLettersList = callable({ roles: ADMINS, input: listInput }, (_member, input) =>
  listDeadLetters(input),
);
