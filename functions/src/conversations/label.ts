import type { z } from 'zod';
import type { Member } from '../team/schema';
import { AppError } from '../shared/errors';
import { changeConversation } from './change';
import type { labelInput } from './schema';

const MAX_LABELS = 50;

/** Adds and removes labels; a label in both lists is removed. At most 50 a conversation. */
export async function label(
  member: Member,
  { conversationId, add, remove }: z.output<typeof labelInput>,
): Promise<void> {
  await changeConversation(member, 'conversations.label', conversationId, (conversation) => {
    const before = conversation.labels;
    const after = [...new Set([...before, ...add])].filter((name) => !remove.includes(name));
    if (after.length > MAX_LABELS) {
      throw new AppError(
        'failed-precondition',
        `A conversation has at most ${MAX_LABELS} labels.`,
        {
          details: { reason: 'too-many-labels' },
        },
      );
    }
    if (after.length === before.length && after.every((name) => before.includes(name))) return null;
    return { update: { labels: after }, details: { add, remove } };
  });
}
