import { listDeadLetters } from '../../deadLetters/list';
import { listInput } from '../../deadLetters/schema';
import { ADMINS } from '../guard';
import { reading } from '../reading';

/** Lists what could not be processed, newest first. */
export const deadLettersList = reading({ roles: ADMINS, input: listInput }, (_member, input) =>
  listDeadLetters(input),
);
