import type { GroupOutcomes, OutcomeCounts, RecipientOutcome } from './schema';

/** A status of a campaign's message, or a deed of its recipient. */
export interface OutcomeEvent {
  contactId: string;
  chunkId: string;
  /** Statuses of an earlier round are of a message that was replaced. */
  round?: number;
  status: 'sent' | 'delivered' | 'read' | 'failed' | 'replied' | 'optedOut';
  at: number;
  wamid?: string;
  code?: number;
}

/** The same, with the campaign that it is about. */
export type CampaignEvent = OutcomeEvent & { campaignId: string };

export const emptyOutcomes = (campaignId: string, variant: number | null): GroupOutcomes => ({
  campaignId,
  variant,
  counts: { sent: 0, delivered: 0, read: 0, failed: 0, replied: 0, optedOut: 0 },
  recipients: {},
});

/** Whether a status of the message came. */
export const wasHeardOf = (outcome: RecipientOutcome | undefined, round = 0): boolean =>
  outcome !== undefined &&
  (outcome.round ?? 0) === round &&
  (outcome.sentAt ?? outcome.deliveredAt ?? outcome.readAt ?? outcome.failedAt) !== undefined;

const TIME_OF = {
  sent: 'sentAt',
  delivered: 'deliveredAt',
  read: 'readAt',
  failed: 'failedAt',
  replied: 'repliedAt',
  optedOut: 'optedOutAt',
} as const satisfies Record<OutcomeEvent['status'], keyof RecipientOutcome>;

/** What one recipient adds to the counts: a read message was delivered and sent too. */
function contribution(outcome: RecipientOutcome): OutcomeCounts {
  const read = outcome.readAt !== undefined;
  const delivered = read || outcome.deliveredAt !== undefined;
  const failed = !delivered && outcome.failedAt !== undefined;
  const sent = delivered || outcome.sentAt !== undefined;
  const one = (holds: boolean): number => (holds ? 1 : 0);
  return {
    sent: one(sent),
    delivered: one(delivered),
    read: one(read),
    failed: one(failed),
    replied: one(outcome.repliedAt !== undefined),
    optedOut: one(outcome.optedOutAt !== undefined),
  };
}

/** What has to be written so that a group's outcomes know of events. */
export interface OutcomeChange {
  /** Fields by path; empty: all was known. */
  fields: Record<string, unknown>;
  counts: OutcomeCounts;
  recipients: Record<string, RecipientOutcome>;
  /** Messages given up as unknown of which a status came after all. */
  corrected: { contactId: string; chunkId: string; at: number; wamid?: string }[];
}

/**
 * Takes events into a group's outcomes. Order and repetition do not matter: each status has a time
 * of its own, the earliest that was told, and the counts follow from the times.
 */
export function takeIn(stored: GroupOutcomes, events: readonly OutcomeEvent[]): OutcomeChange {
  const fields: Record<string, unknown> = {};
  const recipients = { ...stored.recipients };
  const counts = { ...stored.counts };
  const corrected = new Map<string, OutcomeChange['corrected'][number]>();

  for (const { contactId, chunkId, round = 0, status, at, wamid, code } of events) {
    const before = recipients[contactId] ?? {};
    const isOfSender = status !== 'replied' && status !== 'optedOut';
    if (isOfSender && round !== (before.round ?? 0)) continue;
    const time = TIME_OF[status];
    const known = before[time];
    const change: RecipientOutcome = {};
    if (known === undefined || at < known) change[time] = at;
    if (isOfSender && wamid && before.wamid === undefined) change.wamid = wamid;
    if (status === 'failed' && code !== undefined && before.code === undefined) change.code = code;
    if (isOfSender && before.isUnknown) {
      change.isUnknown = false;
      corrected.set(contactId, { contactId, chunkId, at, ...(wamid ? { wamid } : {}) });
    }
    if (Object.keys(change).length === 0) continue;
    const after = { ...before, ...change };
    recipients[contactId] = after;
    for (const [name, value] of Object.entries(change)) {
      fields[`recipients.${contactId}.${name}`] = value;
    }
    const [was, is] = [contribution(before), contribution(after)];
    for (const name of Object.keys(counts) as (keyof OutcomeCounts)[]) {
      counts[name] += is[name] - was[name];
    }
  }
  if (Object.keys(fields).length > 0) fields['counts'] = counts;
  return { fields, counts, recipients, corrected: [...corrected.values()] };
}
