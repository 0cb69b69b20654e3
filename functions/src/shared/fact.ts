/** What is counted; docs/analytics.md says when each happens. */
export const EVENTS = [
  'received',
  'sent',
  'delivered',
  'read',
  'failed',
  'replied',
  'optedOut',
  'answered',
  'resolved',
  'conversion',
] as const;
export type EventName = (typeof EVENTS)[number];

/** By what events are counted; null: does not apply. */
export interface Dimensions {
  channelId: string | null;
  direction: 'in' | 'out' | null;
  type: string | null;
  campaignId: string | null;
  agentId: string | null;
  link: string | null;
}

export const NO_DIMENSIONS: Dimensions = {
  channelId: null,
  direction: null,
  type: null,
  campaignId: null,
  agentId: null,
  link: null,
};

/** Something that happened, as a document tells of it. */
export interface Fact extends Dimensions {
  event: EventName;
  /** Epoch ms. */
  at: number;
  /** How often; negative where what was told before is taken back. */
  count: number;
  /** Of each: milliseconds of `answered` and `resolved`, the amount of a `conversion`. */
  value: number | null;
}

/**
 * What has to be added to `before` to get `after`. The differences of a document's versions add up
 * to what its last version tells, in whatever order they are added.
 */
export function differenceOf<T extends { count: number }>(
  before: readonly T[],
  after: readonly T[],
): T[] {
  const sums = new Map<string, T>();
  const add = (fact: T, sign: 1 | -1): void => {
    const key = JSON.stringify({ ...fact, count: 0 });
    const count = (sums.get(key)?.count ?? 0) + sign * fact.count;
    if (count === 0) sums.delete(key);
    else sums.set(key, { ...fact, count });
  };
  for (const fact of before) add(fact, -1);
  for (const fact of after) add(fact, 1);
  return [...sums.values()];
}
