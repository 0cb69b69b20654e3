import { auditWrite } from '../audit/record';
import { fileWrite, placeOf } from '../files/keep';
import { noContact } from '../contacts/personalData';
import type { JobHandler, Step, StepContext } from '../jobs/run';
import { now } from '../platform/clock';
import { storage } from '../platform/storage';
import { mapConcurrently } from '../shared/async';
import { SECTIONS, wholePerson } from './holdings';
import type { OfPerson } from './schema';

interface Input {
  contactId: string;
}

interface State extends OfPerson {
  exportedAt: number;
  /** Which of the sections, and where in it. */
  section: number;
  cursor: string | null;
  /** How many items of each section are in the parts. */
  counts: Record<string, number>;
  parts: number;
  phase: 'gather' | 'file' | 'tidy';
}

type Context = StepContext<Input, State>;

/** A part is written when it has so much, in characters; that much is in memory. */
const PART_LENGTH = 4_000_000;
const CONTENT_TYPE = 'application/json';

/**
 * Writes everything about a person into one JSON document: parts of a few megabytes, one a step,
 * then the parts into one file, then the parts go. A step that is run again writes its part again.
 */
export const exportJob: JobHandler<Input, State> = {
  async step(context) {
    const { state } = context;
    if (!state) return begin(context);
    if (state.phase === 'gather') return writePart(context, state);
    if (state.phase === 'file') return writeFile(context, state);
    await removeParts(context.jobId, state.parts);
    return { state: { ...state, person: NOBODY }, isDone: true };
  },
  // The step at which it stopped may have written a part more.
  cancelled: ({ jobId, state }) => removeParts(jobId, (state?.parts ?? 0) + 1),
};

/** A job that is over needs to know nobody. */
const NOBODY: OfPerson['person'] = {
  ...{ contactIds: [], aliasIds: [], conversationIds: [] },
  ...{ phones: [], bsuids: [], usernames: [], names: [] },
};

async function begin({ input }: Context): Promise<Step<State>> {
  const person = await wholePerson(input.contactId);
  if (!person) throw noContact();
  const place = { section: 0, cursor: null, counts: {}, parts: 0 };
  return { state: { person, exportedAt: now(), ...place, phase: 'gather' }, isDone: false };
}

/** Gathers pages until there is enough for a part, the time of a step is over, or all is there. */
async function writePart({ jobId, deadline }: Context, before: State): Promise<Step<State>> {
  const state = { ...before, counts: { ...before.counts } };
  const pieces: string[] = [];
  let length = 0;
  const add = (text: string): void => {
    pieces.push(text);
    length += text.length;
  };
  while (state.section < SECTIONS.length && length < PART_LENGTH && now() < deadline) {
    const { name, page } = SECTIONS[state.section] as (typeof SECTIONS)[number];
    // A section that has not begun has no count.
    if (state.counts[name] === undefined) add(`,\n${JSON.stringify(name)}: [`);
    const { items, cursor } = await page(state.person, state.cursor);
    for (const item of items) {
      const isFirst = (state.counts[name] ?? 0) === 0;
      add(`${isFirst ? '' : ','}\n${JSON.stringify(item)}`);
      state.counts[name] = (state.counts[name] ?? 0) + 1;
    }
    state.counts[name] ??= 0;
    state.cursor = cursor;
    if (cursor === null) {
      add(']');
      state.section++;
    }
  }
  await storage().write(partOf(jobId, state.parts), piecesOf(pieces));
  state.parts++;
  if (state.section === SECTIONS.length) state.phase = 'file';
  return { state, progress: { done: countOf(state), total: null }, isDone: false };
}

async function writeFile({ jobId, createdBy, input }: Context, state: State): Promise<Step<State>> {
  const name = `person-${new Date(state.exportedAt).toISOString().slice(0, 10)}.json`;
  const contentType = CONTENT_TYPE;
  const content = documentOf(jobId, state);
  const bytes = await storage().write(placeOf('privacy', jobId), content, { contentType });
  const done = countOf(state);
  return {
    writes: [
      fileWrite({ id: jobId, name, contentType, purpose: 'privacy', createdBy }, bytes),
      auditWrite(createdBy, 'contacts.dataExported', `contacts/${input.contactId}`, {
        items: done,
        bytes,
      }),
    ],
    state: { ...state, phase: 'tidy' },
    progress: { done, total: done },
    result: { fileId: jobId, name, bytes, items: state.counts },
    isDone: false,
  };
}

const countOf = ({ counts }: State): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const partOf = (jobId: string, n: number): string => placeOf('privacy', `${jobId}.${n}`);

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of pieces is asynchronous
async function* piecesOf(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

/** The document: what it is, then what the parts have in them, one after the other. */
async function* documentOf(
  jobId: string,
  { exportedAt, parts }: State,
): AsyncGenerator<Uint8Array | string> {
  const about = { format: 'recado-person/1', exportedAt: new Date(exportedAt).toISOString() };
  yield JSON.stringify(about, null, 1).replace(/\n\}$/, '');
  for (let n = 0; n < parts; n++) {
    yield* (await storage().read(partOf(jobId, n))) as AsyncIterable<Uint8Array>;
  }
  yield '\n}\n';
}

async function removeParts(jobId: string, parts: number): Promise<void> {
  const numbers = Array.from({ length: parts }, (_, n) => n);
  await mapConcurrently(numbers, 10, (n) => storage().remove(partOf(jobId, n)));
}
