import { batchGet } from '../batch/batchGet';
import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import { commitGroups } from '../platform/commitGroups';
import { absent } from '../platform/firestore';
import { log } from '../platform/log';
import type { MessageEvent } from '../platform/whatsapp/webhook';
import { resolveContact } from '../contacts/identify';
import { conversationIdOf } from '../conversations/rules';
import { findByWamids, type Found } from './byWamid';
import { timeOf } from './inbound';
import { inboundId } from './rules';
import type { InboundContent, InboundMessage } from './schema';
import { createMessage, messages, readMessage, updateMessage } from './store';

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
  // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what has changed since the last try
  for (;;) {
    const [target] = await findTargets([{ channelId: event.channelId, wamid: targetOf(content) }]);
    // Nothing is left that could be changed, and what is new of it is not to be kept.
    if (target?.data.erasedAt !== undefined) return false;
    // An instance may remember a contact that is gone; here nothing else would notice.
    const contactId = target?.data.contactId ?? (await resolveContact(event.from)).contactId;
    const stored: InboundMessage = {
      direction: 'in',
      channelId: event.channelId,
      conversationId: target?.data.conversationId ?? conversationIdOf(event.channelId, contactId),
      contactId,
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

/**
 * Tries waiting changes again; the schedule leased them. What cannot be applied now comes back
 * when the lease is over. After a day a change stays as it is.
 */
export async function modifyLater(
  waiting: readonly { id: string; data: InboundMessage }[],
): Promise<void> {
  const targets = await findTargets(
    waiting.map(({ data }) => ({ channelId: data.channelId, wamid: data.target as string })),
  );
  const taken = new Set<string>();
  const groups = waiting.flatMap(({ id, data }, index) => {
    const target = targets[index];
    if (!target) {
      const isOver = now() > data.receivedAt + WAIT_MS;
      return isOver ? [[updateMessage(id, { dueAt: absent() })]] : [];
    }
    // Each is decided on what the one before it left.
    if (taken.has(target.id)) return [];
    taken.add(target.id);
    const change = changeOf(target, data);
    const { conversationId, contactId } = target.data;
    const applied = updateMessage(id, {
      ...{ appliedAt: now(), dueAt: absent() },
      ...{ conversationId, contactId },
    });
    return [[applied, ...(change ? [change] : [])]];
  });
  const outcomes = await commitGroups(groups);
  const refused = outcomes.filter((outcome) => !outcome.ok).length;
  if (refused > 0) log.info('changes wait on, their messages changed meanwhile', { refused });
}

/** Customers' own messages by their ids, ours by the wamids that they were given. */
async function findTargets(
  wanted: readonly { channelId: string; wamid: string }[],
): Promise<(Found | undefined)[]> {
  const own = await batchGet(
    messages,
    wanted.map(({ channelId, wamid }) => inboundId(channelId, wamid)),
  );
  const others = wanted.filter((_, index) => !own[index]?.data);
  const found = await findByWamids(others.map(({ wamid }) => wamid));
  return wanted.map(({ wamid }, index) => {
    const message = own[index];
    return message?.data ? message : found.get(wamid);
  });
}

/** What a change does to its message; `undefined` when a later change was applied already. */
function changeOf(target: Found, modifier: InboundMessage): WriteOp | undefined {
  const { data } = target;
  if (data.erasedAt !== undefined) return undefined;
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
