import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { auditWrite } from '../audit/record';
import { findErasable, releasePerson, removePerson } from '../contacts/personalData';
import { moveConversations } from '../conversations/personalData';
import { fileWrite, placeOf } from '../files/keep';
import { isGoingOn } from '../jobs/look';
import type { JobHandler, Step, StepContext } from '../jobs/run';
import { now } from '../platform/clock';
import { storage } from '../platform/storage';
import { hashId, newId } from '../shared/ids';
import type { Person } from '../shared/person';
import { PHASES, wholePerson } from './holdings';
import type { Certificate, EraseReason } from './schema';

interface Input {
  /** A hash, by which a repeated call is known again. */
  person: string;
  reason: EraseReason;
}

interface Erasing {
  phase: 'erase' | 'remove';
  person: Person;
  anonymousId: string;
  requestedAt: number;
  /** Which of `PHASES`, and where in it. */
  n: number;
  cursor: string | null;
  /** By collection. */
  erased: Record<string, number>;
}

/** Where an erasure is: it begins with a contact, and in the end it knows of nobody. */
export type EraseState =
  { phase: 'release'; contactId: string; requestedAt: number } | Erasing | { phase: 'over' };

type Context = StepContext<Input, EraseState>;

/** Longer than anybody may ask whether it was done. */
const CERTIFICATE_DAYS = 3_653;

/**
 * Erases a person. First one commit after which nobody finds them: their names lead to nobody, their
 * conversations are gone, so whoever writes from now on is a new person, and nothing is sent. Then
 * all that is stored, a page a step; the contact itself is last. Each page's writes and the place
 * behind it are one commit: whatever dies, the same step is done again, and counts are exact.
 */
export const eraseJob: JobHandler<Input, EraseState> = {
  async step(context) {
    const { state } = context;
    switch (state?.phase) {
      case 'release':
        return release(context, state);
      case 'erase':
        return erasePage(state);
      case 'remove':
        return remove(context, state);
      default:
        return { state: { phase: 'over' }, isDone: true };
    }
  },
};

async function release(
  { jobId }: Context,
  { contactId, requestedAt }: Extract<EraseState, { phase: 'release' }>,
): Promise<Step<EraseState>> {
  const seen = await findErasable(contactId);
  const begun = seen?.begun;
  const isOthers = begun && begun.jobId !== jobId && (await isGoingOn(begun.jobId));
  const person = isOthers ? undefined : await wholePerson(contactId);
  if (!seen || !person) {
    // Another job was asked for at the same time, and was faster. This one is to know nobody either.
    const result = { erasedBy: begun?.jobId ?? null };
    return { state: { phase: 'over' }, result, isDone: true };
  }
  // One that died before has made some of it anonymous already; the rest goes to the same id.
  const anonymousId = begun?.anonymousId ?? hashId('anonymous', newId());
  const at = now();
  const [released, moved] = await Promise.all([
    releasePerson(person, { jobId, anonymousId, at }, seen),
    moveConversations(person, anonymousId),
  ]);
  return {
    writes: [...released, ...moved.writes],
    state: {
      phase: 'erase',
      person,
      ...{ anonymousId, requestedAt, n: 0, cursor: null, erased: moved.erased },
    },
    progress: { done: totalOf(moved.erased), total: null },
    isDone: false,
  };
}

async function erasePage(state: Erasing): Promise<Step<EraseState>> {
  const { person, anonymousId, n, cursor } = state;
  const phase = PHASES[n];
  if (!phase) return { state: { ...state, phase: 'remove' }, isDone: false };
  const page = await phase.erase(person, anonymousId, cursor);
  const erased = added(state.erased, page.erased);
  const isThrough = page.cursor === null;
  return {
    writes: page.writes,
    state: { ...state, n: isThrough ? n + 1 : n, cursor: page.cursor, erased },
    progress: { done: totalOf(erased), total: null },
    result: { erased },
    isDone: false,
  };
}

/** The person themselves, and the certificate that it was done. */
async function remove(
  { jobId, createdBy, input }: Context,
  { person, anonymousId, requestedAt, erased: before }: Erasing,
): Promise<Step<EraseState>> {
  const { writes, erased: last } = await removePerson(person);
  const erased = added(before, last);
  const certificate: Certificate = {
    certificate: 'recado-erasure/1',
    ...{ jobId, requestedBy: createdBy, reason: input.reason, anonymousId },
    requestedAt: new Date(requestedAt).toISOString(),
    finishedAt: new Date(now()).toISOString(),
    erased,
  };
  const content = `${JSON.stringify(certificate, null, 2)}\n`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const fileId = `${jobId.slice(0, 110)}-certificate`;
  // A step that is done again says another time; its content is not to take the first one's place.
  const path = `${placeOf('privacy', fileId)}.${sha256.slice(0, 32)}`;
  const contentType = 'application/json';
  const bytes = await storage().write(path, Readable.from([content]), { contentType });
  const file = { id: fileId, name: 'erasure-certificate.json', contentType, path };
  const days = CERTIFICATE_DAYS;
  return {
    writes: [
      ...writes,
      fileWrite({ ...file, purpose: 'privacy', createdBy, days }, bytes),
      auditWrite(createdBy, 'contacts.erased', `contacts/${anonymousId}`, {
        ...{ jobId, fileId, sha256, erased },
      }),
    ],
    state: { phase: 'over' },
    progress: { done: totalOf(erased), total: totalOf(erased) },
    result: { fileId, sha256, erased },
    isDone: true,
  };
}

const added = (a: Record<string, number>, b: Record<string, number>): Record<string, number> =>
  Object.fromEntries(
    [...new Set([...Object.keys(a), ...Object.keys(b)])].map((key) => [
      key,
      (a[key] ?? 0) + (b[key] ?? 0),
    ]),
  );

const totalOf = (counts: Record<string, number>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
