import type { z } from 'zod';
import { findErasable, noContact } from '../contacts/personalData';
import { exists } from '../jobs/look';
import { startJob } from '../jobs/start';
import type { Member } from '../team/schema';
import type { exportDataInput } from './schema';

/**
 * Starts the export of everything about a person. The job's result has the `fileId` of a JSON
 * document, which admins may fetch for a week.
 *
 * @throws AppError `not-found` where there is no such contact
 */
export async function exportData(
  member: Member,
  { jobId, contactId }: z.output<typeof exportDataInput>,
): Promise<{ jobId: string }> {
  if (!(await exists(jobId)) && !(await findErasable(contactId))) throw noContact();
  return startJob(member, 'contacts-exportData', jobId, { contactId });
}
