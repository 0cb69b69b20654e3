import type { z } from 'zod';
import { now } from '../platform/clock';
import { absent } from '../platform/firestore';
import type { Member } from '../team/schema';
import { AppError } from '../shared/errors';
import { changeConversation } from './change';
import { endedEpisode } from './rules';
import type { Conversation, Episode, setStatusInput } from './schema';

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
  await changeConversation(member, 'conversations.setStatus', conversationId, (conversation) => {
    if (conversation.status === status && conversation.snoozedUntil === snoozedUntil) return null;
    const episode =
      status === 'resolved' ? endedEpisode(conversation, member.uid, now()) : undefined;
    return {
      update: { status, snoozedUntil, ...episodeUpdate(conversation.status, status, episode) },
      details: {
        from: conversation.status,
        to: status,
        ...(until ? { until } : {}),
        // The conversation keeps the last one only.
        ...(episode ? { episode } : {}),
      },
    };
  });
}

/** Resolving ends an episode; opening by hand what was resolved begins one. */
function episodeUpdate(
  from: Conversation['status'],
  to: Conversation['status'],
  episode: Episode | undefined,
): Record<string, unknown> {
  if (to !== 'resolved') return from === 'resolved' ? { openedAt: now() } : {};
  return {
    openedAt: absent(),
    replies: absent(),
    ...(episode ? { lastEpisode: episode } : {}),
  };
}
