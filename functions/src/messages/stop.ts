import { asksToStop } from '../contacts/rules';
import { consentOf } from '../contacts/consent';
import { currentContacts } from '../contacts/current';
import { wishWrites } from '../contacts/wishes';
import type { Resolved } from '../contacts/identify';
import { conversationIdOf } from '../conversations/rules';
import { stopReply, stopWords } from '../params';
import type { WriteOp } from '../platform/commit';
import type { Version } from '../platform/firestore';
import { hashId } from '../shared/ids';
import { timeOf, type InboundGroup } from './inbound';
import { handOver, intentWrites, outboundMessage, payloadOf, type Intent } from './intent';

/** The message of a group in which the customer asks for no more offers, if there is one. */
const stopMessage = (group: InboundGroup) => {
  const words = stopWords();
  return group.messages.find(
    ({ event }) => event.content.type === 'text' && asksToStop(event.content.value.body, words),
  );
};

export const asksToStopNow = (group: InboundGroup): boolean => stopMessage(group) !== undefined;

interface StopPlan {
  writes: WriteOp[];
  /** What is to be done once they are stored. */
  afterwards?: (version: Version) => Promise<void>;
}

/**
 * The writes that record the wish and answer it, for the commit that stores the message. Who has
 * refused already, or said otherwise later, gets no answer; the version of the contact that was
 * read sees to it that of two at once only one is answered.
 */
export async function stopPlan(
  group: InboundGroup,
  contact: Resolved,
): Promise<StopPlan | undefined> {
  const message = stopMessage(group);
  if (!message) return undefined;
  const { contactId } = contact;
  const [known] = contact.isNew ? [] : await currentContacts([contactId]);

  // Where the same commit links aliases, the contact's version is about to change by itself.
  const changesContact = contact.writes.some(({ path }) => path === `contacts/${contactId}`);
  const at = timeOf(message.event);
  const before = known?.data && consentOf(known.data, 'marketing');
  const wish = wishWrites(
    {
      id: contactId,
      contact: known?.data,
      version: changesContact ? undefined : known?.version,
      writes: [],
    },
    [{ category: 'marketing', state: 'out', at, source: 'message', proof: message.id }],
  );
  const text = stopReply();
  const isNews = !before || (before.state === 'in' && before.at <= at);
  // A blocked contact is sent nothing, not even this.
  if (text === '' || !isNews || contact.isBlocked) return { writes: wish };

  const { phone, bsuid } = group.identity;
  const intent: Intent = {
    messageId: hashId('stop-reply', message.id),
    channelId: group.channelId,
    conversationId: conversationIdOf(group.channelId, contactId),
    contactId,
    userId: null,
    to: { ...(phone ? { phone } : {}), ...(bsuid ? { bsuid } : {}) },
    type: 'text',
    content: { body: text },
    replyTo: null,
    priority: 'normal',
    sendAt: null,
  };
  const reply = outboundMessage(intent, 'stop-reply');
  return {
    writes: [...wish, ...intentWrites(intent, reply)],
    afterwards: (version) => handOver(payloadOf(intent.messageId, reply, version)),
  };
}
