import type { Readable } from 'node:stream';
import { fileWrite, placeOf } from '../files/keep';
import type { JobHandler, Step, StepContext } from '../jobs/run';
import { now } from '../platform/clock';
import { storage } from '../platform/storage';
import { AppError } from '../shared/errors';
import { mapConcurrently } from '../shared/async';
import { attributeDefinitions } from './attributes';
import { cellsOf, FORMATS, headerOf } from './exportRows';
import { contactsMatching, countMatching } from './find';
import type { ContactFilter } from './schema';

interface Input {
  format: 'csv' | 'xlsx';
  filter: ContactFilter;
}

interface State {
  /** `file`: all rows are in parts; `tidy`: the file is there. */
  phase: 'rows' | 'file' | 'tidy';
  cursor: string | null;
  /** The attributes that have a column, as they were at the beginning. */
  attributes: string[];
  parts: number;
  rows: number;
}

type Context = StepContext<Input, State>;

const PAGE = 1_000;
const PAGES_PER_PART = 5;

/**
 * Writes what a filter finds into a file: a part of up to 5,000 rows a step, then the parts into one
 * file, then the parts go. A step that is run again writes the same part again; never more than a
 * part is in memory. The order is that of ids.
 */
export const exportJob: JobHandler<Input, State> = {
  async step(context) {
    const { state } = context;
    if (!state) return begin(context);
    if (state.phase === 'rows') return writePart(context, state);
    if (state.phase === 'file') return writeFile(context, state);
    await removeParts(context.jobId, state.parts);
    return { state, isDone: true };
  },
  // The step at which it stopped may have written a part more.
  cancelled: ({ jobId, state }) => removeParts(jobId, (state?.parts ?? 0) + 1),
};

async function begin({ input }: Context): Promise<Step<State>> {
  const { count, isExact } = await countMatching(input.filter);
  if (isExact && count > FORMATS[input.format].maxRows) throw tooMany(input.format);
  const attributes = Object.keys(await attributeDefinitions()).sort();
  return {
    state: { phase: 'rows', cursor: null, attributes, parts: 0, rows: 0 },
    progress: { done: 0, total: count },
    isDone: false,
  };
}

async function writePart(context: Context, state: State): Promise<Step<State>> {
  const { input, jobId, progress, deadline } = context;
  const { rows: toRows, maxRows } = FORMATS[input.format];
  const pieces: string[] = [];
  let { cursor, rows } = state;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  for (let pages = 0; pages < PAGES_PER_PART && now() < deadline; pages++) {
    const page = await contactsMatching(input.filter, cursor, PAGE);
    pieces.push(toRows(page.contacts.map(({ contact }) => cellsOf(contact, state.attributes))));
    rows += page.contacts.length;
    ({ cursor } = page);
    if (cursor === null) break;
  }
  if (rows > maxRows) throw tooMany(input.format);
  await storage().write(partOf(jobId, state.parts), piecesOf(pieces));
  const isLast = cursor === null;
  return {
    state: { ...state, phase: isLast ? 'file' : 'rows', cursor, parts: state.parts + 1, rows },
    progress: { done: rows, total: isLast ? rows : progress.total },
    isDone: false,
  };
}

async function writeFile({ input, jobId, createdBy }: Context, state: State): Promise<Step<State>> {
  const { extension, contentType, file } = FORMATS[input.format];
  const name = `contacts-${new Date(now()).toISOString().slice(0, 10)}.${extension}`;
  const content = file(headerOf(state.attributes), partsOf(jobId, state.parts));
  const bytes = await storage().write(placeOf('export', jobId), content, { contentType });
  return {
    writes: [fileWrite({ id: jobId, name, contentType, purpose: 'export', createdBy }, bytes)],
    state: { ...state, phase: 'tidy' },
    result: { fileId: jobId, name, bytes, rows: state.rows },
    isDone: false,
  };
}

const partOf = (jobId: string, n: number): string => placeOf('export', `${jobId}.${n}`);

// eslint-disable-next-line @typescript-eslint/require-await -- a stream of pieces is asynchronous
async function* piecesOf(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}

/** What the parts have in them, one after the other. */
async function* partsOf(jobId: string, parts: number): AsyncGenerator<Uint8Array> {
  for (let n = 0; n < parts; n++) {
    const part: Readable = await storage().read(partOf(jobId, n));
    yield* part as AsyncIterable<Uint8Array>;
  }
}

async function removeParts(jobId: string, parts: number): Promise<void> {
  const numbers = Array.from({ length: parts }, (_, n) => n);
  await mapConcurrently(numbers, 10, (n) => storage().remove(partOf(jobId, n)));
}

const tooMany = (format: Input['format']): AppError =>
  new AppError('failed-precondition', 'These are more rows than such a file can have.', {
    details: {
      reason: 'too-many-rows',
      max: FORMATS[format].maxRows,
      hint: 'Export as CSV, or a smaller part with a filter.',
    },
  });
