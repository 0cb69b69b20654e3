import { now } from '../platform/clock';
import { differenceOf, type Fact } from '../shared/fact';
import { newId } from '../shared/ids';
import type { Recipient, RecipientOutcome, WithOutbox } from './schema';

/** Something that happened to so many recipients of a document within a minute. */
export type CampaignFact = Pick<Fact, 'event' | 'at' | 'count'>;

const MINUTE_MS = 60_000;
/** A document keeps what changed since it was told about, so what is alike is counted. */
const fact = (event: Fact['event'], at: number): CampaignFact => ({
  event,
  at: Math.floor(at / MINUTE_MS) * MINUTE_MS,
  count: 1,
});

/** What a recipient adds to the figures, as far as sending goes. */
export function factsOfRecipient({ state, at = 0 }: Recipient): CampaignFact[] {
  if (state === 'accepted') return [fact('sent', at)];
  return state === 'failed' ? [fact('failed', at)] : [];
}

/** What a recipient's outcome adds: a read message was delivered, a delivered one did not fail. */
export function factsOfOutcome(outcome: RecipientOutcome): CampaignFact[] {
  const { deliveredAt, readAt, failedAt, repliedAt, optedOutAt } = outcome;
  const delivered = deliveredAt ?? readAt;
  const times = {
    delivered,
    read: readAt,
    failed: delivered === undefined ? failedAt : undefined,
    replied: repliedAt,
    optedOut: optedOutAt,
  };
  return Object.entries(times).flatMap(([event, at]) =>
    at === undefined ? [] : [fact(event as keyof typeof times, at)],
  );
}

/** An entry of an outbox: the write that it comes from, and what that changed of the figures. */
interface Entry {
  id: string;
  at: number;
  facts: CampaignFact[];
}

/**
 * The entry for a write that turns `before` into `after`, as text, which is small; `undefined`
 * where the figures stay as they are.
 */
export function outboxEntry(
  before: readonly CampaignFact[],
  after: readonly CampaignFact[],
  at: number,
): string | undefined {
  const facts = differenceOf(before, after);
  if (facts.length === 0) return undefined;
  const id = newId().slice(0, 13);
  return JSON.stringify([id, at, facts.map(({ event, at: time, count }) => [event, time, count])]);
}

export function decodeEntry(entry: string): Entry {
  type Stored = [string, number, [CampaignFact['event'], number, number][]];
  const [id, at, facts] = JSON.parse(entry) as Stored;
  return { id, at, facts: facts.map(([event, time, count]) => ({ event, at: time, count })) };
}

/**
 * The fields by which a document tells what a change of some of its members does to the figures;
 * none where it does nothing. They go into the commit of the change.
 */
export function outboxFields<T>(
  document: WithOutbox & { recipients: Readonly<Record<string, T>> },
  after: Readonly<Record<string, T>>,
  ids: readonly string[],
  factsOf: (member: T) => CampaignFact[],
): WithOutbox {
  const of = (members: Readonly<Record<string, T>>): CampaignFact[] =>
    ids.flatMap((id) => (members[id] ? factsOf(members[id]) : []));
  const entry = outboxEntry(of(document.recipients), of(after), now());
  if (entry === undefined) return {};
  return {
    outbox: [...(document.outbox ?? []), entry],
    outboxSince: document.outboxSince ?? now(),
  };
}
