import { fileOf } from '../../files/fetch';
import { startJob } from '../../jobs/start';
import { now } from '../../platform/clock';
import { AppError } from '../../shared/errors';
import type { Member } from '../../team/schema';
import type { ImportInput } from './schema';

/**
 * Starts the import of an uploaded file. Everything about the file is checked before the first
 * contact is written; the job ends as failed where it cannot be read.
 *
 * @throws AppError `not-found` for a file that the member does not have, `already-exists` where the
 *   key was used for another import
 */
export async function importContacts(
  member: Member,
  { jobId, ...input }: ImportInput,
): Promise<{ jobId: string }> {
  await fileOf(member, input.fileId);
  if (input.consent && input.consent.at > now() + AHEAD_MS) {
    throw new AppError(
      'invalid-argument',
      '"consent.at" is when they said so: it cannot lie ahead.',
      {
        details: { reason: 'in-the-future', field: 'consent.at' },
      },
    );
  }
  const { rule, dryRun, fileId } = input;
  return startJob(member, 'contacts-import', jobId, input, { rule, dryRun, fileId });
}

/** A clock of a client's may be ahead by as much. */
const AHEAD_MS = 60_000;
