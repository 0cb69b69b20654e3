import { now } from '../platform/clock';
import type { WriteOp } from '../platform/commit';
import type { Resolved } from './identify';
import { contactPath, updateContact } from './store';

/**
 * For a commit that begins a conversation with a known contact: it fails where the contact was
 * merged into another since it was looked up. A conversation that exists needs no such write,
 * because a merge takes it away.
 */
export const stillThere = ({ contactId, isNew, version, writes }: Resolved): WriteOp[] => {
  const isWritten = writes.some(({ path }) => path === contactPath(contactId));
  return isNew || isWritten ? [] : [updateContact(contactId, { updatedAt: now() }, version)];
};
