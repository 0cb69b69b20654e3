import { fileOf } from '../../files/fetch';
import type { JobHandler, Step, StepContext } from '../../jobs/run';
import { now } from '../../platform/clock';
import type { Member } from '../../team/schema';
import { attributeDefinitions } from '../attributes';
import { aliasIds } from '../rules';
import { readRow, type Reading } from './entry';
import { mappedColumns } from './mapping';
import { divide, readPart, removeParts } from './parts';
import { planRows, type PlanOptions } from './plan';
import { keepRejected, rejectedFile, removeRejected } from './rejected';
import { NO_ROWS, type ImportCounts, type ImportInput, type Rejection, type Row } from './schema';
import { lookUp, refreshed, rowsAt, type Slice } from './slice';
import { formatOf } from './source';

type Input = Omit<ImportInput, 'jobId'>;

interface State {
  phase: 'rows' | 'report' | 'tidy';
  header: string[];
  parts: number;
  rows: number;
  /** The next slice: its part, its offset there, its number. */
  part: number;
  offset: number;
  slice: number;
  counts: ImportCounts;
  /** The slices with rejected rows. */
  rejected: number[];
  examples: Rejection[];
  startedAt: number;
}

type Context = StepContext<Input, State>;

const MAX_EXAMPLES = 20;

/**
 * Imports a file: reads it into parts, then a slice of rows a step, whose contacts and place are one
 * commit: a crash in the middle leaves every row done or not done, and the counts are true.
 */
export const importJob: JobHandler<Input, State> = {
  async step(context) {
    const { state } = context;
    if (!state) return begin(context);
    if (state.phase === 'rows') return takeSlice(context, state);
    if (state.phase === 'report') return report(context, state);
    await tidy(context, state);
    return { state, isDone: true };
  },
  async cancelled(context) {
    if (context.state) await tidy(context, context.state);
  },
};

async function begin({ jobId, input, createdBy }: Context): Promise<Step<State>> {
  // Whoever may start an import may have any file; it is looked up anew, for it may be gone.
  const member: Member = { uid: createdBy, role: 'admin' };
  const file = await fileOf(member, input.fileId);
  const { header, parts, rows } = await divide(jobId, file.path, await formatOf(file.path));
  mappedColumns(header, input.mapping, await attributeDefinitions());
  return {
    state: {
      phase: rows > 0 ? 'rows' : 'report',
      header,
      parts,
      rows,
      part: 0,
      offset: 0,
      slice: 0,
      counts: { ...NO_ROWS },
      rejected: [],
      examples: [],
      startedAt: now(),
    },
    progress: { done: 0, total: rows },
    isDone: false,
  };
}

/** What an instance keeps of an import between its steps; another one makes it anew. */
interface Session {
  jobId: string;
  /** The slice that comes next, by number. */
  next: number;
  part: { n: number; rows: Row[] };
  reading: Reading;
  seen: Set<string>;
  touched: Set<string>;
  /** Looked up while the slice before it was being written. */
  ahead: Promise<Slice> | undefined;
}
let session: Session | undefined;

async function takeSlice(context: Context, state: State): Promise<Step<State>> {
  const { jobId, input, createdBy } = context;
  const current = await sessionOf(context, state);
  // Kept again once the step is over; one that fails half-way has changed what is in it.
  session = undefined;
  const { part, reading } = current;
  // What failed ahead of its time is asked for again.
  const ahead = await current.ahead?.catch(() => undefined);
  const looked = ahead ?? (await lookUp(rowsAt(part.rows, state.offset), reading));
  const slice = await refreshed(looked, current.touched);

  const options: PlanOptions = {
    rule: input.rule,
    consents: {
      consent: input.consent,
      startedAt: state.startedAt,
      fileId: input.fileId,
      userId: createdBy,
    },
    seen: current.seen,
  };
  const plan = planRows(slice.entries, options);
  const rejections = [...slice.rejections, ...plan.rejections].sort((a, b) => a.line - b.line);
  if (rejections.length > 0) await keepRejected(jobId, state.slice, rejections, slice.rows);

  current.touched = input.dryRun ? new Set() : plan.touched;
  const next = await nextPlace(current, state, slice.rows.length);
  const counts = sum(state.counts, plan.counts, slice.rejections.length);
  const isLast = next.part >= state.parts;
  return {
    writes: input.dryRun ? [] : plan.writes,
    state: {
      ...state,
      ...next,
      phase: isLast ? 'report' : 'rows',
      counts,
      rejected: rejections.length > 0 ? [...state.rejected, state.slice] : state.rejected,
      examples: [...state.examples, ...rejections].slice(0, MAX_EXAMPLES),
    },
    progress: { done: rowsOf(counts), total: state.rows },
    result: { ...counts, rows: state.rows, dryRun: input.dryRun },
    isDone: false,
  };
}

/** Where the next slice begins; it is looked up from now on. */
async function nextPlace(
  current: Session,
  { part, offset, slice, parts }: State,
  taken: number,
): Promise<Pick<State, 'part' | 'offset' | 'slice'>> {
  const isWhole = offset + taken >= current.part.rows.length;
  const place = isWhole
    ? { part: part + 1, offset: 0, slice: slice + 1 }
    : { part, offset: offset + taken, slice: slice + 1 };
  if (place.part >= parts) return place;
  current.next = place.slice;
  if (isWhole) current.part = { n: place.part, rows: await readPart(current.jobId, place.part) };
  current.ahead = lookUp(rowsAt(current.part.rows, place.offset), current.reading);
  // Nobody may be waiting for it any more.
  current.ahead.catch(() => undefined);
  session = current;
  return place;
}

async function sessionOf({ jobId, input }: Context, state: State): Promise<Session> {
  if (session?.jobId === jobId && session.next === state.slice) return session;
  const definitions = await attributeDefinitions();
  const reading: Reading = {
    columns: mappedColumns(state.header, input.mapping, definitions),
    header: state.header,
    definitions,
    options: input,
  };
  return {
    jobId,
    next: state.slice,
    part: { n: state.part, rows: await readPart(jobId, state.part) },
    reading,
    seen: await seenBefore(jobId, state, reading),
    touched: new Set(),
    ahead: undefined,
  };
}

/** The aliases of the rows before, read again from the parts: nothing of the database is needed. */
async function seenBefore(jobId: string, state: State, reading: Reading): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let n = 0; n <= state.part; n++) {
    const rows = await readPart(jobId, n);
    for (const row of n === state.part ? rows.slice(0, state.offset) : rows) {
      const entry = readRow(row, reading);
      if ('reason' in entry) continue;
      for (const id of aliasIds(entry.identity)) seen.add(id);
    }
  }
  return seen;
}

const rowsOf = ({ created, updated, unchanged, repeated, rejected }: ImportCounts): number =>
  created + updated + unchanged + repeated + rejected;

function sum(before: ImportCounts, plan: ImportCounts, rejected: number): ImportCounts {
  return {
    created: before.created + plan.created,
    updated: before.updated + plan.updated,
    unchanged: before.unchanged + plan.unchanged,
    repeated: before.repeated + plan.repeated,
    rejected: before.rejected + plan.rejected + rejected,
  };
}

async function report(context: Context, state: State): Promise<Step<State>> {
  const { counts, rows, header, rejected, examples } = state;
  const result = { ...counts, rows, dryRun: context.input.dryRun, examples };
  const next = { ...state, phase: 'tidy' as const };
  if (rejected.length === 0) return { state: next, result, isDone: false };
  const { fileId, write } = await rejectedFile(context, header, rejected);
  return {
    writes: [write],
    state: next,
    result: { ...result, rejectedFileId: fileId },
    isDone: false,
  };
}

async function tidy({ jobId }: Context, { parts, rejected, slice }: State): Promise<void> {
  await removeParts(jobId, parts);
  // The slice at which it stopped may have been kept too.
  await removeRejected(jobId, [...rejected, slice]);
}
