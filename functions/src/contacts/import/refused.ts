import { AppError } from '../../shared/errors';

/** A file that is not taken as a whole, with what is to be done about it. */
export const refusedFile = (
  reason: string,
  message: string,
  hint: string,
  details: Record<string, unknown> = {},
): AppError =>
  new AppError('invalid-argument', message, {
    details: { reason, field: 'fileId', hint, ...details },
  });
