import { createHmac } from 'node:crypto';

export const CHANNEL = '100000000000001';

interface Sender {
  phone?: string;
  bsuid?: string;
  name?: string;
}

/** The JSON of a `messages` webhook, as Meta writes it. */
export function messagesBody(
  items: { from: Sender; message: Record<string, unknown> }[],
  channelId = CHANNEL,
): string {
  const value = {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '34600000001', phone_number_id: channelId },
    contacts: items.map(({ from }) => ({
      ...(from.phone ? { wa_id: from.phone } : {}),
      ...(from.bsuid ? { user_id: from.bsuid } : {}),
      profile: { name: from.name ?? 'Ana' },
    })),
    messages: items.map(({ from, message }) => ({
      ...(from.phone ? { from: from.phone } : {}),
      ...(from.bsuid ? { from_user_id: from.bsuid } : {}),
      ...message,
    })),
  };
  return bodyOf('messages', value);
}

export const textMessage = (id: string, body = 'Hola', at = Date.now()) => ({
  id,
  timestamp: String(Math.floor(at / 1_000)),
  type: 'text',
  text: { body },
});

export function statusesBody(statuses: Record<string, unknown>[], channelId = CHANNEL): string {
  return bodyOf('messages', {
    messaging_product: 'whatsapp',
    metadata: { display_phone_number: '34600000001', phone_number_id: channelId },
    statuses,
  });
}

export const bodyOf = (field: string, value: unknown): string =>
  JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '200000000000001', changes: [{ field, value }] }],
  });

export const signatureOf = (body: string | Buffer, secret = 'local-app-secret'): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
