import { z } from 'zod';
import { contactId, type Alias, type Contact } from '../contacts/schema';
import type { Conversation } from '../conversations/schema';

/** How long a merge can be undone. */
export const UNDO_MS = 30 * 24 * 60 * 60_000;

/**
 * `merges/{id}`: what two contacts were before they became one; the id is the job's. It is kept for
 * as long as the merge can be undone. All times are epoch milliseconds.
 */
export interface Merge {
  winnerId: string;
  loserId: string;
  status: 'merging' | 'done' | 'undoing' | 'undone';
  createdBy: string;
  createdAt: number;
  undoUntil: number;
  before: { winner: Contact; loser: Contact };
  /** What the winner became by it: what differs from this now came later. */
  after: Contact;
  /** The loser's aliases. */
  aliases: { id: string; alias: Alias }[];
}

/** `merges/{id}/mergedConversations/{loser's}`: what two conversations were before they became one. */
export interface MergedConversation {
  winnerId: string;
  /** null: the winner had none over this channel. */
  winner: Conversation | null;
  loser: Conversation;
  after: Conversation;
  isRestored: boolean;
}

const key = z
  .string()
  .regex(/^[A-Za-z0-9_-]{8,128}$/, 'takes 8–128 letters, digits, "-" or "_"; a UUID is good');

export const mergeInput = z
  .strictObject({
    /** Chosen by the client, once a merge: repeating a call with it merges once. */
    jobId: key,
    /** Who stays. */
    winnerId: contactId,
    /** Who is taken in. */
    loserId: contactId,
  })
  .refine(({ winnerId, loserId }) => winnerId !== loserId, {
    message: 'name two contacts: one cannot be merged with itself',
    path: ['loserId'],
  });
export type MergeInput = z.output<typeof mergeInput>;

export const unmergeInput = z.strictObject({
  /** Chosen by the client, once an attempt: repeating a call with it does nothing twice. */
  jobId: key,
  /** The `jobId` of the merge. */
  mergeId: key,
});
