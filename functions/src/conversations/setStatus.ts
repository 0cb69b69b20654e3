import type { z } from 'zod';
import { now } from '../platform/clock';
import type { Member } from '../team/schema';
import { AppError } from '../shared/errors';
import { changeConversation } from './change';
import type { setStatusInput } from './schema';

const YEAR_MS = 366 * 24 * 60 * 60 * 1_000;

/** Opens, parks, snoozes (until a time within a year) or resolves a conversation. */
export async function setStatus(
  member: Member,
  { conversationId, status, until }: z.output<typeof setStatusInput>,
): Promise<void> {
  if (until !== undefined && (until <= now() || until > now() + YEAR_MS)) {
    throw new AppError('invalid-argument', '"until" has to be in the future, within a year.', {
      details: { field: 'until' },
    });
  }
  const snoozedUntil = until ?? null;
  await changeConversation(member, 'conversations.setStatus', conversationId, (conversation) =>
    conversation.status === status && conversation.snoozedUntil === snoozedUntil
      ? null
      : {
          update: { status, snoozedUntil },
          details: { from: conversation.status, to: status, ...(until ? { until } : {}) },
        },
  );
}
