import { auditWrite } from '../audit/record';
import { readDeadLetters, readRaw, updateDeadLetter } from '../deadLetters/letters';
import type { DeadLetter } from '../deadLetters/schema';
import { deliver } from '../messages/deliver';
import { deliverPayload } from '../messages/schema';
import { now } from '../platform/clock';
import { commit } from '../platform/commit';
import { mapConcurrently } from '../shared/async';
import type { Member } from '../team/schema';
import { receiveWebhook } from './receive';

export type ReplayResult = 'replayed' | 'already-replayed' | 'still-dead' | 'not-found';

const CONCURRENCY = 4;

/**
 * Processes dead letters again. Everything behind it is idempotent, so a letter that was half
 * processed before, or is replayed twice, has its effect once.
 */
export async function replay(
  member: Pick<Member, 'uid'>,
  ids: string[],
): Promise<{ id: string; result: ReplayResult }[]> {
  const letters = await readDeadLetters([...new Set(ids)]);
  // eslint-disable-next-line recado/no-firestore-in-loops -- each letter is processed as the webhook or the task that it was
  return mapConcurrently(letters, CONCURRENCY, async ({ id, data }) => ({
    id,
    result: data ? await replayOne(member, id, data) : 'not-found',
  }));
}

async function replayOne(
  member: Pick<Member, 'uid'>,
  id: string,
  letter: DeadLetter,
): Promise<ReplayResult> {
  if (letter.status === 'replayed') return 'already-replayed';
  // Figures of that time are recomputed instead: npm run metrics:rebuild.
  if (letter.kind === 'event') return 'still-dead';
  const raw = await readRaw(id, letter);
  if (letter.kind === 'task') {
    const payload = deliverPayload.safeParse(parse(raw));
    if (!payload.success) return 'still-dead';
    await deliver(payload.data);
  } else if ((await receiveWebhook(raw)).deadLetters > 0) {
    // What is still not understood was recorded under the same id, so nothing was lost or doubled.
    return 'still-dead';
  }
  await commit([
    updateDeadLetter(id, { status: 'replayed', replayedAt: now() }),
    auditWrite(member.uid, 'deadLetters.replay', `deadLetters/${id}`, { kind: letter.kind }),
  ]);
  return 'replayed';
}

function parse(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}
