import { AppError } from '../shared/errors';

/** Two erasures of one person would count what the other one took away. */
export const beingErased = (): AppError =>
  new AppError('failed-precondition', 'Another job erases this contact already.', {
    details: { reason: 'being-erased' },
  });
