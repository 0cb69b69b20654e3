import { now } from '../clock.ts';
import { json } from '../http/messages.ts';
import type { HttpRequest, Reply } from '../http/messages.ts';
import type { World } from '../world/world.ts';
import type { AcceptedSend, Json, PhoneNumber } from '../types.ts';
import { newWamid } from '../webhooks/inbound.ts';
import { planStatuses, statusBody } from '../webhooks/statuses.ts';
import type { StatusRecipient } from '../webhooks/statuses.ts';
import { requireSendable } from './numbers.ts';
import { checkAllowed } from './send-limits.ts';
import { checkMessage, envelopeOf, keyOf } from './validate/message.ts';
import type { ValidMessage } from './validate/message.ts';

/** `POST /{phone number id}/messages`: a message, or a mark as read with or without typing. */
export function postMessages(world: World, request: HttpRequest, phoneNumberId: string): Reply {
  const number = requireSendable(world, phoneNumberId);
  const body = request.json();
  return isRead(body) ? markRead(world, body) : send(world, number, body as Json);
}

/** Whether the body marks a message as read instead of sending one. */
export function isRead(body: unknown): boolean {
  return (body as Json | null)?.status === 'read';
}

function markRead(world: World, body: unknown): Reply {
  const fields = envelopeOf(body);
  fields.text('message_id');
  fields.optionalObject('typing_indicator')?.oneOf('type', ['text']);
  world.count('reads');
  return json({ success: true });
}

function send(world: World, number: PhoneNumber, body: Json): Reply {
  const message = checkMessage(body, {
    findMime: (id) => world.findMime(id),
    findTemplate: (name, language) => world.templates.find(name, language),
  });
  const at = now();
  checkAllowed(world, number, message, at);

  const recipient = keyOf(message);
  const { callbackData } = message;
  const accepted = world.sends.append({
    id: newWamid(),
    at,
    phoneNumberId: number.id,
    recipient,
    type: message.type,
    ...(callbackData !== undefined && { callbackData }),
    message: body,
  });
  scheduleStatuses(world, accepted, message);

  const isPhone = 'waId' in message.recipient;
  return json({
    messaging_product: 'whatsapp',
    contacts: [{ input: message.input, [isPhone ? 'wa_id' : 'user_id']: recipient }],
    messages: [{ id: accepted.id, ...(message.template && { message_status: 'accepted' }) }],
  });
}

function scheduleStatuses(world: World, send: AcceptedSend, message: ValidMessage): void {
  const subject = {
    phoneNumberId: send.phoneNumberId,
    recipient: send.recipient,
    ...(send.callbackData !== undefined && { callbackData: send.callbackData }),
  };
  const failure = world.faults.take('fail', subject);
  const recipient = statusRecipient(world, message);
  const category = message.template?.category.toLowerCase() ?? 'service';
  for (const planned of planStatuses(world.config.statuses, world.random, failure?.code)) {
    world.notify(
      {
        ...subject,
        kind: 'statuses',
        status: planned.status,
        body: statusBody(send, planned, recipient, category),
      },
      planned.afterMs,
    );
  }
}

function statusRecipient(world: World, { recipient }: ValidMessage): StatusRecipient {
  if ('bsuid' in recipient) return recipient;
  const bsuid = world.customers.bsuidOf(recipient.waId);
  return { ...recipient, ...(bsuid && { bsuid }) };
}
