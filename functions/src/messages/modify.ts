import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import { absent, type Read } from '../platform/firestore';
import type { MessageEvent } from '../platform/whatsapp/webhook';
import { guessContact } from '../contacts/identify';
import { conversationIdOf } from '../conversations/rules';
import { timeOf } from './inbound';
import { inboundId } from './rules';
import type { InboundContent, InboundMessage, Message } from './schema';
import { createMessage, findByWamids, readMessage, updateMessage } from './store';

/** A change may come before the message that it changes: it is tried again for this long. */
const WAIT_MS = 24 * 60 * 60_000;
const FIRST_RETRY_MS = 60_000;

type Modifier = Extract<InboundContent, { type: 'reaction' | 'edit' | 'revoke' }>;

/** Whether an event changes another message instead of being one. */
export const isModifier = (content: InboundContent): content is Modifier =>
  content.type === 'reaction' || content.type === 'edit' || content.type === 'revoke';

const targetOf = (content: Modifier): string =>
  content.type === 'reaction' ? content.value.message_id : content.value.original_message_id;

/**
 * Applies a reaction, edit or revocation to its message and stores the event, in one commit, so
 * that a second delivery finds the event and does nothing. A change without its message waits.
 *
 * @returns `false` for a duplicate
 */
export async function modify(event: MessageEvent, content: Modifier): Promise<boolean> {
  const id = inboundId(event.channelId, event.wamid);
  for (;;) {
    const target = await findTarget(event.channelId, targetOf(content));
    const stored: InboundMessage = {
      direction: 'in',
      channelId: event.channelId,
      conversationId:
        target?.data.conversationId ?? conversationIdOf(event.channelId, guessContact(event.from)),
      contactId: target?.data.contactId ?? guessContact(event.from),
      userId: null,
      type: content.type,
      content: content.value,
      timestamp: timeOf(event),
      receivedAt: now(),
      wamid: event.wamid,
      replyTo: null,
      target: targetOf(content),
      ...(target ? { appliedAt: now() } : { dueAt: now() + FIRST_RETRY_MS }),
    };
    const change = target && changeOf(target, stored);
    try {
      await commit([createMessage(id, stored), ...(change ? [change] : [])]);
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      if ((await readMessage(id)).data) return false;
      // The target changed, or came, between the look and the write.
    }
  }
}

/** Tries a waiting change again; the schedule leased it. After a day it stays as it is. */
export async function modifyLater(id: string, waiting: InboundMessage): Promise<void> {
  const target = await findTarget(waiting.channelId, waiting.target as string);
  if (!target) {
    if (now() > waiting.receivedAt + WAIT_MS)
      await commit([updateMessage(id, { dueAt: absent() })]);
    return;
  }
  const change = changeOf(target, waiting);
  const applied = updateMessage(id, { appliedAt: now(), dueAt: absent() });
  try {
    await commit([applied, ...(change ? [change] : [])]);
  } catch (error) {
    // The target changed meanwhile; the lease brings it back.
    if (!isConflict(error)) throw error;
  }
}

type Target = Read<Message> & { data: Message };

/** A customer's own message by its id, one of ours by the wamid that it was given. */
async function findTarget(channelId: string, wamid: string): Promise<Target | undefined> {
  const own = await readMessage(inboundId(channelId, wamid));
  return own.data ? (own as Target) : (await findByWamids([wamid])).get(wamid);
}

/** What a change does to its message; `undefined` when a later change was applied already. */
function changeOf(target: Target, modifier: InboundMessage): WriteOp | undefined {
  const { data } = target;
  const at = modifier.timestamp;
  const revokedAt = data.direction === 'in' ? data.revokedAt : undefined;
  switch (modifier.type) {
    case 'reaction': {
      const emoji = (modifier.content as { emoji?: string | null }).emoji ?? '';
      const known = data.reactions?.[modifier.contactId];
      if (known && known.at > at) return undefined;
      return updateMessage(
        target.id,
        { [`reactions.${modifier.contactId}`]: { emoji, at } },
        target.version,
      );
    }
    case 'edit': {
      if (data.direction !== 'in' || revokedAt !== undefined || (data.editedAt ?? 0) > at)
        return undefined;
      const { message } = modifier.content as { message: InboundContent };
      return updateMessage(
        target.id,
        {
          type: message.type,
          content: message.value,
          editedAt: at,
          originalContent: data.originalContent ?? data.content,
        },
        target.version,
      );
    }
    case 'revoke':
      // Whoever takes a message back wants nobody to read it any more.
      return data.direction !== 'in' || revokedAt !== undefined
        ? undefined
        : updateMessage(
            target.id,
            { revokedAt: at, content: {}, originalContent: absent() },
            target.version,
          );
    default:
      return undefined;
  }
}
