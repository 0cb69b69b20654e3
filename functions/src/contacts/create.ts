import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { addToTransaction, inTransaction } from '../platform/commit';
import { AppError } from '../shared/errors';
import { hashId } from '../shared/ids';
import { toE164 } from '../shared/phone';
import type { Member } from '../team/schema';
import { checkOwner, isLead } from './access';
import { checkAttributes } from './attributes';
import { contactOf, rememberContact, resolveContact } from './identify';
import type { Contact, createContactInput, Identity } from './schema';
import { searchFields } from './search';
import { contactPath, readContacts } from './store';

/**
 * Makes a contact with its aliases. Repeating a call with its `idempotencyKey` gives the first
 * one's contact. Agents' contacts are their own.
 *
 * @throws AppError `already-exists` with `details.contactId` where the number or BSUID is known
 */
export async function createContact(
  member: Member,
  input: z.output<typeof createContactInput>,
): Promise<{ contactId: string }> {
  const { idempotencyKey, tags, attributes, userId = isLead(member) ? null : member.uid } = input;
  const identity = identityOf(input);
  await checkOwner(member, userId);
  await checkAttributes(attributes);
  const names = { ...contactOf(identity), tags: [...new Set(tags)] };
  const contact: Contact = {
    ...names,
    attributes,
    userId,
    search: searchFields(names),
    createdWith: hashId('create', member.uid, idempotencyKey),
  };
  const contactId = await inTransaction(async (transaction) => {
    const resolved = await resolveContact(identity, transaction);
    if (!resolved.isNew) {
      const [known] = await readContacts([resolved.contactId], transaction);
      if (known?.data?.createdWith !== contact.createdWith) throw exists(resolved.contactId);
      return resolved.contactId;
    }
    const path = contactPath(resolved.contactId);
    addToTransaction(transaction, [
      // The aliases as they are found, and the contact as it is asked for.
      ...resolved.writes.map((write) =>
        write.path === path ? ({ kind: 'create', path, data: contact } as const) : write,
      ),
      auditWrite(member.uid, 'contacts.create', path),
    ]);
    return resolved.contactId;
  });
  rememberContact(identity, contactId);
  return { contactId };
}

function identityOf({
  phone,
  bsuid,
  name,
  username,
}: Pick<z.output<typeof createContactInput>, 'phone' | 'bsuid' | 'name' | 'username'>): Identity {
  const e164 = phone === undefined ? undefined : toE164(phone);
  if (e164 === null) {
    throw new AppError('invalid-argument', '"phone" is not a number with its country code.', {
      details: { reason: 'invalid-number', field: 'phone', hint: 'Write it like +34600111222.' },
    });
  }
  return {
    ...(e164 ? { phone: e164 } : {}),
    ...(bsuid ? { bsuid } : {}),
    ...(name ? { name } : {}),
    ...(username ? { username } : {}),
  };
}

const exists = (contactId: string): AppError =>
  new AppError('already-exists', 'There is a contact with this number or BSUID.', {
    details: { reason: 'contact-exists', contactId, hint: 'Change it with contacts-update.' },
  });
