import type { z } from 'zod';
import { startJob } from '../jobs/start';
import type { Member } from '../team/schema';
import { checkNoLastSeen, filterOf } from './find';
import type { exportContactsInput } from './schema';

/**
 * Starts the export of what a filter finds; everybody, if there is none. The job's result has the
 * `fileId`. A segment is exported as it is at the start.
 */
export async function exportContacts(
  member: Member,
  { jobId, format, ...which }: z.output<typeof exportContactsInput>,
): Promise<{ jobId: string }> {
  const filter = await filterOf(which);
  checkNoLastSeen(filter);
  return startJob(member, 'contacts-export', jobId, { format, filter }, { format });
}
