import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { auditWrite } from '../audit/record';
import { now } from '../platform/clock';
import { addToTransaction, inTransaction } from '../platform/commit';
import { absent } from '../platform/firestore';
import { AppError } from '../shared/errors';
import type { Member } from '../team/schema';
import { accessible, checkOwner } from './access';
import { checkAttributes } from './attributes';
import type { Contact, updateContactInput } from './schema';
import { searchChange } from './search';
import { contactPath, readContacts, updateContact as updateWrite } from './store';

const MAX_TAGS = 100;

/** Changes what is given of a contact. Done twice it is done once; what changes nothing is not recorded. */
export async function updateContact(
  member: Member,
  input: z.output<typeof updateContactInput>,
): Promise<{ contactId: string }> {
  const { contactId, userId, attributes } = input;
  if (userId !== undefined) await checkOwner(member, userId);
  await checkAttributes(attributes);
  await inTransaction(async (transaction) => {
    const [stored] = await readContacts([contactId], transaction);
    const contact = accessible(member, stored?.data);
    const changes = changesOf(contact, input);
    if (Object.keys(changes).length === 0) return;
    const { attributes: values, ...others } = changes;
    addToTransaction(transaction, [
      updateWrite(contactId, {
        ...others,
        ...Object.fromEntries(
          Object.entries(attributes)
            .filter(([name, value]) => (contact.attributes[name] ?? null) !== value)
            .map(([name, value]) => [`attributes.${name}`, value ?? absent()]),
        ),
        ...searchChange(contact, { ...contact, ...others }, absent),
        updatedAt: now(),
      }),
      auditWrite(member.uid, 'contacts.update', contactPath(contactId), {
        // Which fields; what is in them is the contact's own.
        fields: Object.keys({ ...others, ...(values ? { attributes: values } : {}) }),
        ...(userId === undefined ? {} : { owner: { from: contact.userId, to: userId } }),
      }),
    ]);
  });
  return { contactId };
}

/** The fields that become another, as they are then. */
function changesOf(
  contact: Contact,
  { name, userId, addTags, removeTags, attributes, isActive }: z.output<typeof updateContactInput>,
): Partial<Contact> {
  const tags = tagsAfter(contact.tags, addTags, removeTags);
  if (tags.length > Math.max(MAX_TAGS, contact.tags.length)) {
    throw new AppError('failed-precondition', `A contact has at most ${MAX_TAGS} tags.`, {
      details: { reason: 'too-many-tags', field: 'addTags' },
    });
  }
  const values = Object.fromEntries(
    Object.entries({ ...contact.attributes, ...attributes }).filter(
      (entry): entry is [string, Contact['attributes'][string]] => entry[1] !== null,
    ),
  );
  const wanted = { name, userId, isActive, tags, attributes: values };
  return Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) =>
        value !== undefined && !isDeepStrictEqual(value, contact[field as keyof Contact]),
    ),
  );
}

/** A contact's tags after some came and some went; one that is in both lists goes. */
function tagsAfter(
  tags: readonly string[],
  add: readonly string[],
  remove: readonly string[],
): string[] {
  return [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag));
}
