import { channel } from '../channels/read';
import { stillThere } from '../contacts/stillThere';
import { guessContact, resolveContact } from '../contacts/identify';
import { categoryOf } from '../contacts/consent';
import { consentRefusal } from '../contacts/consentState';
import { accessible, conversationSnapshots, freshConversation } from '../conversations/access';
import { conversationIdOf } from '../conversations/rules';
import type { Conversation } from '../conversations/schema';
import type { WriteOp } from '../platform/commit';
import { AppError } from '../shared/errors';
import { toE164 } from '../shared/phone';
import type { Member } from '../team/schema';
import { templateProblem } from '../templates/rules';
import { template } from '../templates/read';
import type { OutboundContent } from './content';
import { refusalOf } from './rules';
import type { SendInput } from './schema';

/** Where a message goes, with what has to be written first if nobody wrote there yet. */
export interface Target {
  id: string;
  conversation: Pick<
    Conversation,
    | 'channelId'
    | 'contactId'
    | 'contactName'
    | 'address'
    | 'lastInboundAt'
    | 'openedAt'
    | 'replies'
    | 'isBlocked'
    | 'mergedFrom'
  >;
  isNew: boolean;
  writes: WriteOp[];
}

/** The conversation that a send goes to, as far as that can be told without reading. */
export function likelyConversation({ conversationId, channelId, to }: SendInput): string | [] {
  if (conversationId !== undefined) return conversationId;
  const phone = to === undefined ? null : toE164(to);
  return phone && channelId !== undefined
    ? conversationIdOf(channelId, guessContact({ phone }))
    : [];
}

/** The target of a send into a conversation. */
export async function existingTarget(
  member: Member,
  id: string,
  known: Map<string, Conversation>,
): Promise<Target> {
  const snapshot = known.get(id);
  let conversation: Conversation;
  try {
    conversation = accessible(member, snapshot && { id, data: snapshot, version: undefined });
  } catch {
    // The snapshot may be from before it was assigned, or there was none; only the truth refuses.
    conversation = accessible(member, {
      id,
      data: await freshConversation(id),
      version: undefined,
    });
  }
  return { id, conversation, isNew: false, writes: [] };
}

/** The target of a send to a number; nothing is written before the message is. */
export async function targetOfNumber(
  member: Member,
  channelId: string,
  to: string,
): Promise<Target> {
  const phone = toE164(to);
  if (!phone) {
    throw new AppError('invalid-argument', '"to" is not a phone number with its country code.', {
      details: { reason: 'invalid-number', field: 'to', hint: 'Write it like +34600111222.' },
    });
  }
  const guess = conversationIdOf(channelId, guessContact({ phone }));
  const snapshot = (await conversationSnapshots([guess])).get(guess);
  if (snapshot) {
    return {
      id: guess,
      conversation: accessible(member, { id: guess, data: snapshot, version: undefined }),
      isNew: false,
      writes: [],
    };
  }
  const contact = await resolveContact({ phone });
  const { contactId, isNew, isBlocked, writes, mergedFrom } = contact;
  const id = conversationIdOf(channelId, contactId);
  const conversation = isNew ? undefined : await freshConversation(id);
  if (conversation) {
    return {
      id,
      conversation: accessible(member, { id, data: conversation, version: undefined }),
      isNew: false,
      writes,
    };
  }
  return {
    id,
    conversation: {
      channelId,
      contactId,
      contactName: null,
      address: { phone },
      lastInboundAt: null,
      isBlocked,
      ...(mergedFrom.length > 0 ? { mergedFrom } : {}),
    },
    isNew: true,
    writes: [...writes, ...stillThere(contact)],
  };
}

/** Throws the refusal, if there is one that also holds for what is stored at this moment. */
export async function assertMaySend(
  target: Target,
  message: OutboundContent,
  at: number,
): Promise<void> {
  const decide = async (fresh: boolean) => {
    const wanted = message.type === 'template' ? message.template : null;
    const stored = wanted ? await template(wanted, fresh) : undefined;
    const conversation =
      fresh && !target.isNew
        ? ((await freshConversation(target.id)) ?? target.conversation)
        : target.conversation;
    return refusalOf({
      type: message.type,
      channel: await channel(target.conversation.channelId, fresh),
      conversation,
      templateProblem: wanted ? templateProblem(stored, wanted) : null,
      consentRefusal: wanted
        ? await consentRefusal(target.conversation.contactId, categoryOf(stored))
        : null,
      at,
    });
  };
  // Snapshots may allow; a refusal is decided on what is stored now.
  const refusal = (await decide(false)) && (await decide(true));
  if (refusal) {
    const { code, reason, message: text, hint } = refusal;
    throw new AppError(code, text, { details: { reason, hint } });
  }
}
