import type { Json, PhoneNumber } from '../types.ts';

/** One message or status on its way to the webhook. */
export interface Update {
  phoneNumberId: string;
  kind: 'messages' | 'statuses';
  body: Json;
  /** The `contacts` entry of the person it is about. */
  contact?: Json;
  /** What faults match on. */
  recipient: string;
  callbackData?: string;
  status?: string;
}

/**
 * Meta's envelope around some updates: one entry for the account, one change for each number and
 * kind of update.
 */
export function pack(
  updates: readonly Update[],
  wabaId: string,
  numbers: ReadonlyMap<string, PhoneNumber>,
): Json {
  const groups = Map.groupBy(updates, (each) => `${each.phoneNumberId}:${each.kind}`);
  const changes = [...groups.values()].map((group) => ({
    field: 'messages',
    value: changeValue(group as [Update, ...Update[]], numbers),
  }));
  return envelope(wabaId, changes);
}

export function envelope(wabaId: string, changes: readonly Json[]): Json {
  return { object: 'whatsapp_business_account', entry: [{ id: wabaId, changes }] };
}

function changeValue(
  group: readonly [Update, ...Update[]],
  numbers: ReadonlyMap<string, PhoneNumber>,
): Json {
  const [{ phoneNumberId, kind }] = group;
  const contacts = new Map<string, Json>();
  for (const { recipient, contact } of group) if (contact) contacts.set(recipient, contact);
  return {
    messaging_product: 'whatsapp',
    metadata: {
      display_phone_number: numbers.get(phoneNumberId)?.displayPhoneNumber.replace(/\D/g, ''),
      phone_number_id: phoneNumberId,
    },
    ...(contacts.size > 0 && { contacts: [...contacts.values()] }),
    [kind]: group.map((each) => each.body),
  };
}
