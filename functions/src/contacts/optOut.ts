import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import type { Version } from '../platform/firestore';
import type { OptOut } from './schema';
import { readContacts, updateContact } from './store';

/** A contact's wish and the version it was read at. One read, never cached: a wish counts at once. */
export async function optOutState(
  contactId: string,
): Promise<{ optedOut: boolean; version: Version | undefined }> {
  const [contact] = await readContacts([contactId]);
  return { optedOut: Boolean(contact?.data?.optOut), version: contact?.version };
}

/** Whether a contact asked for no more offers. */
export const hasOptedOut = async (contactId: string): Promise<boolean> =>
  (await optOutState(contactId)).optedOut;

/** The write that records a person's wish; with a version, only if nothing changed since. */
export const optOutWrite = (
  contactId: string,
  source: OptOut['source'],
  at: number,
  version?: Version,
): WriteOp => {
  const optOut: OptOut = { at, recordedAt: now(), source };
  return updateContact(contactId, { optOut, updatedAt: now() }, version);
};
