import { auditWrite } from '../audit/record';
import { batchPages } from '../batch/batchPages';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { absent } from '../platform/firestore';
import type { Member } from '../team/schema';
import { accessible } from './access';
import { contactPath, contacts, readContacts, updateContact } from './store';

/** Marks a contact as blocked, or not any more. Done twice it is done once. */
export async function markBlocked(
  member: Member,
  { contactId, isBlocked }: { contactId: string; isBlocked: boolean },
): Promise<void> {
  await inTransaction(async (transaction) => {
    const [stored] = await readContacts([contactId], transaction);
    const contact = accessible(member, stored?.data);
    if (contact.isBlocked === isBlocked) return;
    addToTransaction(transaction, [
      updateContact(contactId, {
        isBlocked,
        blockedAt: isBlocked ? now() : absent(),
        updatedAt: now(),
      }),
      auditWrite(
        member.uid,
        isBlocked ? 'contacts.block' : 'contacts.unblock',
        contactPath(contactId),
      ),
    ]);
  });
}

/** Who was blocked since a time, and still is, with that time. One read each. */
export async function blockedSince(since: number): Promise<{ id: string; at: number }[]> {
  const result: { id: string; at: number }[] = [];
  const pages = batchPages(contacts, [{ where: [['blockedAt', '>=', since]] }], {
    orderBy: [['blockedAt', 'asc']],
    fields: ['blockedAt', 'mergedFrom'],
  });
  for await (const { items } of pages) {
    for (const { id, data } of items) {
      const at = data.blockedAt ?? since;
      for (const name of [id, ...(data.mergedFrom ?? [])]) result.push({ id: name, at });
    }
  }
  return result;
}
