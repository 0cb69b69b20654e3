import { activeMember } from '../team/members';
import type { Member } from '../team/schema';
import { AppError } from '../shared/errors';
import type { Contact } from './schema';

/** Whether a member answers for everybody's work, and so sees every contact. */
export const isLead = ({ role }: Member): boolean => role === 'admin' || role === 'supervisor';

/** Whether a member may see and change a contact: agents those they own, as firestore.rules says. */
export const mayAccess = (member: Member, { userId }: Pick<Contact, 'userId'>): boolean =>
  isLead(member) || (member.role === 'agent' && userId === member.uid);

/** The contact, if there is one and the member may have it; to others it does not exist. */
export function accessible(member: Member, contact: Contact | undefined): Contact {
  if (contact?.mergedInto !== undefined && isLead(member)) {
    throw new AppError('failed-precondition', 'The contact was merged into another one.', {
      details: { reason: 'merged', contactId: contact.mergedInto },
    });
  }
  if (contact && mayAccess(member, contact)) return contact;
  throw new AppError('not-found', 'There is no such contact, or it is not yours.', {
    details: { reason: 'unknown-contact' },
  });
}

/** Throws where a member may not give a contact to `userId`, or nobody could work with it there. */
export async function checkOwner(member: Member, userId: string | null): Promise<void> {
  if (!isLead(member)) {
    if (userId === member.uid) return;
    throw new AppError('permission-denied', 'Agents cannot give contacts to others.', {
      details: { reason: 'role', field: 'userId', hint: 'Ask a supervisor.' },
    });
  }
  if (userId === null) return;
  const owner = await activeMember(userId);
  if (owner && owner.role !== 'viewer') return;
  throw new AppError('failed-precondition', 'The owner has to be an active agent or lead.', {
    details: { reason: 'not-assignable', field: 'userId' },
  });
}
