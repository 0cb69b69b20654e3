import type { Campaign, Recipient, RecipientOutcome } from './schema';

/** What became of a recipient's message. */
export type RecipientState =
  | 'waiting'
  | 'sending'
  | 'accepted'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'skipped'
  | 'unknown'
  | 'cancelled';

/** The furthest that is known of a message. */
export function stateOf(
  { status }: Pick<Campaign, 'status'>,
  { state }: Recipient,
  outcome: RecipientOutcome = {},
): RecipientState {
  if (outcome.readAt !== undefined) return 'read';
  if (outcome.deliveredAt !== undefined) return 'delivered';
  if (outcome.failedAt !== undefined) return 'failed';
  if (outcome.sentAt !== undefined) return 'sent';
  switch (state) {
    case undefined:
      return status === 'cancelled' ? 'cancelled' : 'waiting';
    case 'claimed':
      return 'sending';
    default:
      return state;
  }
}
