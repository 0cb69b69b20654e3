import { changeIdentity, resolveContact } from '../contacts/identify';
import type { MessageEvent } from '../platform/whatsapp/webhook';

/**
 * Applies a system message that tells of a person's new number or BSUID, before it is stored: a
 * crash in between repeats it, and repeating it changes nothing. Gives the event as if the new
 * identity had sent it, so that it is stored in the person's one conversation.
 */
export async function applyIdentityChange(event: MessageEvent): Promise<MessageEvent> {
  const { content } = event;
  if (content.type !== 'system') return event;
  const { type, wa_id, new_wa_id, user_id, new_user_id } = content.value;
  const number = new_wa_id ?? wa_id;
  const bsuid = new_user_id ?? user_id;
  const change = {
    ...(type === 'user_changed_number' && number && /^\+?\d{5,20}$/.test(number)
      ? { phone: `+${number.replace(/\D/g, '')}` }
      : {}),
    ...(type?.startsWith('user_changed') && bsuid && /^[\w.:-]{3,200}$/.test(bsuid)
      ? { bsuid }
      : {}),
  };
  if (!change.phone && !change.bsuid) return event;

  const { contactId, isNew } = await resolveContact(event.from);
  if (isNew) return event;
  await changeIdentity(contactId, change);
  return { ...event, from: { ...event.from, ...change } };
}
