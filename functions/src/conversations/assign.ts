import type { z } from 'zod';
import { union } from '../platform/firestore';
import { activeMember } from '../team/members';
import type { Member } from '../team/schema';
import { AppError } from '../shared/errors';
import { changeConversation } from './change';
import type { assignInput } from './schema';

/** Gives a conversation to a member of the team, who takes part in it from then on; or to nobody. */
export async function assign(
  member: Member,
  { conversationId, assigneeId }: z.output<typeof assignInput>,
): Promise<void> {
  if (assigneeId !== null) {
    const assignee = await activeMember(assigneeId);
    if (!assignee || assignee.role === 'viewer') {
      throw new AppError('failed-precondition', 'Assign to an active agent, supervisor or admin.', {
        details: { reason: 'not-assignable', field: 'assigneeId' },
      });
    }
  }
  await changeConversation(member, 'conversations.assign', conversationId, (conversation) =>
    conversation.assigneeId === assigneeId
      ? null
      : {
          update: {
            assigneeId,
            ...(assigneeId ? { participants: union(assigneeId) } : {}),
          },
          details: { from: conversation.assigneeId, to: assigneeId },
        },
  );
}
