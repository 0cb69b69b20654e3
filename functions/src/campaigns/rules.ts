import type { Chunk, ChunkCounts, Recipient } from './schema';

/**
 * The messages a second of each lane of a channel: together the channel's throughput less a
 * reserve for messages of the team.
 *
 * @param reservePercent of the throughput; at least one message a second is kept
 * @param microBatch what a lane sends a second at most: one write a second for its chunk
 */
export function laneShares(
  throughput: number,
  reservePercent: number,
  microBatch: number,
): number[] {
  const reserve = Math.max(1, Math.floor((throughput * reservePercent) / 100));
  const rate = Math.max(1, throughput - reserve);
  const lanes = Math.ceil(rate / microBatch);
  return Array.from(
    { length: lanes },
    (_, lane) => Math.floor(rate / lanes) + (lane < rate % lanes ? 1 : 0),
  );
}

/** Recipients a chunk at most. */
export const MAX_CHUNK = 500;

/**
 * How many recipients each chunk has, so that the lanes, which take one at a time, have equal work
 * to the end.
 */
export function evenChunkSize(recipients: number, lanes: number, microBatch: number): number {
  const rounds = Math.max(1, Math.ceil(recipients / (lanes * MAX_CHUNK)));
  const size = Math.ceil(recipients / (lanes * rounds));
  return Math.min(MAX_CHUNK, Math.max(microBatch, size));
}

/** Whether a recipient may be sent to now. */
export const isSendable = ({ state, notBefore }: Recipient, now: number): boolean =>
  state === undefined && (notBefore ?? 0) <= now;

/** The ids of the recipients whose turn it is, in a steady order. */
export function nextBatch(chunk: Pick<Chunk, 'recipients'>, now: number, size: number): string[] {
  const ids: string[] = [];
  for (const [id, recipient] of Object.entries(chunk.recipients)) {
    if (isSendable(recipient, now)) ids.push(id);
    if (ids.length === size) break;
  }
  return ids;
}

/** What the recipients have come to. */
export function countsOf(recipients: Chunk['recipients']): ChunkCounts {
  const counts: ChunkCounts = { recipients: 0, accepted: 0, failed: 0, skipped: 0, unknown: 0 };
  for (const { state } of Object.values(recipients)) {
    counts.recipients++;
    if (state && state !== 'claimed') counts[state]++;
  }
  return counts;
}

/** When what is in doubt has been so for too long; `undefined` where nothing is. */
export function doubtsDueAt(recipients: Chunk['recipients'], graceMs: number): number | undefined {
  const times = Object.values(recipients)
    .filter(({ state }) => state === 'claimed')
    .map(({ at = 0 }) => at + graceMs);
  return times.length > 0 ? Math.min(...times) : undefined;
}

/**
 * When a chunk that nobody works on has to be looked at next: the earliest of what waits to be
 * sent and of what is in doubt; `undefined` where nothing is left to do.
 */
export function nextDueAt(recipients: Chunk['recipients'], graceMs: number): number | undefined {
  let due = doubtsDueAt(recipients, graceMs) ?? Number.POSITIVE_INFINITY;
  for (const { state, notBefore } of Object.values(recipients)) {
    if (state === undefined) due = Math.min(due, notBefore ?? 0);
  }
  return Number.isFinite(due) ? due : undefined;
}
