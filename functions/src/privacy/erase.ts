import type { z } from 'zod';
import { findErasable, noContact } from '../contacts/personalData';
import { exists, isGoingOn } from '../jobs/look';
import { startJob } from '../jobs/start';
import { now } from '../platform/clock';
import { hashId } from '../shared/ids';
import type { Member } from '../team/schema';
import type { EraseState } from './eraseJob';
import { beingErased } from './rules';
import type { eraseInput } from './schema';

/**
 * Starts the erasure of a person: all that names them goes or is made anonymous, counts stay. The
 * job's result has the certificate's `fileId`. It cannot be undone; cancelled, it stops where it is,
 * and asked for again (with another key) it goes on from there.
 *
 * @throws AppError `not-found` where there is no such contact, `failed-precondition` while another
 *   job erases it
 */
export async function erase(
  member: Member,
  { jobId, contactId, reason }: z.output<typeof eraseInput>,
): Promise<{ jobId: string }> {
  // In the end the contact is gone, and the job of the key is still to be known again.
  if (!(await exists(jobId))) {
    const found = await findErasable(contactId);
    if (!found) throw noContact();
    if (found.begun && (await isGoingOn(found.begun.jobId))) throw beingErased();
  }
  const input = { person: hashId('erase', jobId, contactId), reason };
  const state: EraseState = { phase: 'release', contactId, requestedAt: now() };
  return startJob(member, 'contacts-erase', jobId, input, { reason }, state);
}
