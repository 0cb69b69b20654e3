import type { Identity } from '../contacts/schema';
import { conversationIdOf } from '../conversations/rules';
import type { Inbound } from '../conversations/writes';
import { now } from '../platform/clock';
import type { MessageEvent } from '../platform/whatsapp/webhook';
import { inboundId, previewOf } from './rules';
import type { InboundMessage } from './schema';

/** One customer's new messages over one channel, as they came in one POST. */
export interface InboundGroup {
  channelId: string;
  identity: Identity;
  messages: { id: string; event: MessageEvent }[];
}

/** When a message was written: WhatsApp's time, unless it claims to come from the future. */
export const timeOf = (event: MessageEvent): number => Math.min(event.at ?? now(), now());

/** Puts messages together by channel and sender, each once, oldest first. */
export function groupBySender(events: MessageEvent[]): InboundGroup[] {
  const groups = new Map<string, InboundGroup>();
  const seen = new Set<string>();
  for (const event of [...events].sort((a, b) => timeOf(a) - timeOf(b))) {
    const id = inboundId(event.channelId, event.wamid);
    if (seen.has(id)) continue;
    seen.add(id);
    const { phone, bsuid } = event.from;
    const key = `${event.channelId} ${bsuid ?? ''} ${phone ?? ''}`;
    const group = groups.get(key) ?? {
      channelId: event.channelId,
      identity: event.from,
      messages: [],
    };
    group.messages.push({ id, event });
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** A message as it is stored. */
export const inboundMessage = (event: MessageEvent, contactId: string): InboundMessage => ({
  direction: 'in',
  channelId: event.channelId,
  conversationId: conversationIdOf(event.channelId, contactId),
  contactId,
  userId: null,
  type: event.content.type,
  content: event.content.value,
  timestamp: timeOf(event),
  receivedAt: now(),
  wamid: event.wamid,
  replyTo: event.replyTo ?? null,
  ...(event.referral ? { referral: event.referral } : {}),
  ...(event.groupId ? { groupId: event.groupId } : {}),
});

/** What a group does to its conversation. `isNewest`: nothing newer is stored there. */
export function inboundEffect(group: InboundGroup, contactId: string, isNewest: boolean): Inbound {
  const written = group.messages.filter(({ event }) => event.content.type !== 'system');
  const last = group.messages.at(-1)?.event as MessageEvent;
  const lastWritten = written.at(-1)?.event;
  const { phone, bsuid, name } = group.identity;
  return {
    conversationId: conversationIdOf(group.channelId, contactId),
    channelId: group.channelId,
    contactId,
    contactName: name,
    address: { ...(phone ? { phone } : {}), ...(bsuid ? { bsuid } : {}) },
    unread: written.length,
    preview: isNewest ? previewOf('in', last.content.type, last.content.value) : undefined,
    wamid: lastWritten?.wamid,
    inboundAt: lastWritten && timeOf(lastWritten),
    at: timeOf(last),
  };
}
