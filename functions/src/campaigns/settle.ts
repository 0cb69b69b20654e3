import { inDoubtGraceMs } from '../params';
import { now } from '../platform/clock';
import { commit, isConflict, untilNoConflict, type WriteOp } from '../platform/commit';
import { absent, type Read } from '../platform/firestore';
import { factsOfRecipient, outboxFields } from './facts';
import { countsOf, doubtsDueAt } from './rules';
import type { Chunk, GroupOutcomes } from './schema';
import {
  createOutcomes,
  readChunk,
  readOutcomes,
  updateChunk,
  updateOutcomes,
  type Found,
} from './store';
import { emptyOutcomes, wasHeardOf } from './outcomes';

/**
 * Ends the doubts of a chunk that are older than the grace period: a message of which a status
 * came was sent, of the others nobody knows. Chunk and outcomes change in one commit on the
 * versions read, so a status that comes later finds the mark and corrects it.
 */
export async function settleDoubts(chunk: Found<Chunk>): Promise<Found<Chunk>> {
  let current = chunk;
  return untilNoConflict(async () => {
    const overdue = overdueOf(current.data);
    if (overdue.length === 0) return current;
    const { campaignId, group } = current.data;
    const outcomes = await readOutcomes(campaignId, group);
    try {
      const { ops, data } = settled(current, outcomes, overdue);
      return { id: current.id, data, version: await commit(ops) };
    } catch (error) {
      const again = isConflict(error) ? await readChunk(campaignId, current.id) : undefined;
      if (again?.data) current = again as Found<Chunk>;
      throw error;
    }
  });
}

const overdueOf = ({ recipients }: Chunk): string[] =>
  Object.entries(recipients)
    .filter(([, { state, at }]) => state === 'claimed' && (at ?? 0) + inDoubtGraceMs() <= now())
    .map(([id]) => id);

function settled(
  { id: chunkId, data: chunk, version }: Found<Chunk>,
  outcomes: Read<GroupOutcomes>,
  overdue: string[],
): { ops: WriteOp[]; data: Chunk } {
  const { campaignId, group } = chunk;
  const recipients = { ...chunk.recipients };
  const fields: Record<string, unknown> = {};
  const marks: Record<string, unknown> = {};
  for (const id of overdue) {
    const recipient = recipients[id] ?? {};
    const outcome = outcomes.data?.recipients[id];
    const state = wasHeardOf(outcome, recipient.round) ? 'accepted' : 'unknown';
    const wamid = outcome?.wamid;
    recipients[id] = {
      ...recipient,
      state,
      ...(state === 'accepted' && wamid ? { wamid } : {}),
    };
    fields[`recipients.${id}.state`] = state;
    if (state === 'accepted' && wamid) fields[`recipients.${id}.wamid`] = wamid;
    if (state === 'unknown') marks[`recipients.${id}.isUnknown`] = true;
  }
  const outbox = outboxFields(chunk, recipients, overdue, factsOfRecipient);
  Object.assign(fields, outbox);
  const data = { ...chunk, ...outbox, recipients, counts: countsOf(recipients) };
  fields['counts'] = data.counts;
  fields['doubtsDueAt'] = doubtsDueAt(recipients, inDoubtGraceMs()) ?? absent();
  const ops = [updateChunk(campaignId, chunkId, fields, version)];
  if (Object.keys(marks).length === 0) return { ops, data };
  if (outcomes.data) {
    ops.push(updateOutcomes(campaignId, group, marks, outcomes.version));
  } else {
    const unknown = overdue.map((id) => [id, { isUnknown: true }] as const);
    const fresh = emptyOutcomes(campaignId, chunk.variant);
    ops.push(
      createOutcomes(campaignId, group, { ...fresh, recipients: Object.fromEntries(unknown) }),
    );
  }
  return { ops, data };
}
