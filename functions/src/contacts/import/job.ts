import { fileOf } from '../../files/fetch';
import type { JobHandler, Step, StepContext } from '../../jobs/run';
import { now } from '../../platform/clock';
import type { Member } from '../../team/schema';
import { attributeDefinitions } from '../attributes';
import { aliasesOfRow, headerOf, judged, type Judged } from './judge';
import { forgetCounts } from '../segments';
import { headerFor, mappedColumns } from './mapping';
import { divide, readPart, removeParts, type Parts } from './parts';
import { planRows } from './plan';
import type { Headers } from './problems';
import { keepRejected, rejectedFile, removeRejected } from './rejected';
import {
  NO_ROWS,
  type ImportCounts,
  type ImportInput,
  type Rejection,
  type RejectionReason,
} from './schema';
import { lookUp, peopleAt, presumeNew, refreshed, type Slice } from './slice';
import { formatOf, rowsOf } from './source';

type Input = Omit<ImportInput, 'jobId'>;

interface State {
  phase: 'rows' | 'report' | 'tidy';
  header: string[];
  headers: Headers;
  parts: Parts;
  rows: number;
  /** The next slice: its part, how many of the people there are done, its number. */
  part: number;
  offset: number;
  slice: number;
  counts: ImportCounts;
  /** The slices with rejected rows. */
  rejected: number[];
  /** How often each reason was given. */
  reasons: Partial<Record<RejectionReason, number>>;
  examples: Rejection[];
  startedAt: number;
}

type Context = StepContext<Input, State>;

const MAX_EXAMPLES = 20;

/**
 * Imports a file: reads it into parts, then a slice of people a step, whose contacts and place are
 * one commit: a crash in the middle leaves every row done or not done, and the counts are true.
 */
export const importJob: JobHandler<Input, State> = {
  runsAhead: true,
  async step(context) {
    const { state } = context;
    if (!state) return begin(context);
    if (state.phase === 'rows') return takeSlice(context, state);
    // From here on things are removed that an earlier step, done anew, would need.
    await context.recorded;
    if (state.phase === 'report') return report(context, state);
    await tidy(context, state);
    return { state, isDone: true };
  },
  async cancelled(context) {
    if (context.state) await tidy(context, context.state);
  },
  done: forgetCounts,
};

/**
 * Reads the whole file: whatever makes it unreadable is found before the first contact is written,
 * and what its rows say depends on nothing that may change while the job runs.
 */
async function begin({ jobId, input, createdBy }: Context): Promise<Step<State>> {
  // Whoever may start an import may have any file; it is looked up anew, for it may be gone.
  const member: Member = { uid: createdBy, role: 'admin' };
  const file = await fileOf(member, input.fileId);
  const found = rowsOf(file.path, await formatOf(file.path));
  try {
    const header = await headerOf(found);
    const definitions = await attributeDefinitions();
    const columns = mappedColumns(header, input.mapping, definitions);
    const rowsRead = judged(found, { columns, header, definitions, options: input });
    const { parts, rows } = await divide(jobId, rowsRead, aliasesOfRow);
    const headerOfField = (field: string): string => headerFor(field, columns, header);
    return {
      state: {
        phase: rows > 0 ? 'rows' : 'report',
        header,
        headers: {
          phone: headerOfField('phone'),
          bsuid: headerOfField('bsuid'),
          username: headerOfField('username'),
          tags: headerOfField('tags'),
        },
        parts,
        rows,
        part: 0,
        offset: 0,
        slice: 0,
        counts: { ...NO_ROWS },
        rejected: [],
        reasons: {},
        examples: [],
        startedAt: now(),
      },
      progress: { done: 0, total: rows },
      isDone: false,
    };
  } finally {
    await found.return(undefined);
  }
}

/** What an instance keeps of an import between its steps; another one makes it anew. */
interface Session {
  jobId: string;
  /** The slice that comes next, by number. */
  next: number;
  part: Judged[][];
  /** What the last two slices wrote, which may not have been there yet when this one was looked up. */
  touched: [ReadonlySet<string>, ReadonlySet<string>];
  /** Presumed new, or looked up while the slice before it was being written. */
  ahead: Promise<Slice> | undefined;
}
let session: Session | undefined;

async function takeSlice(context: Context, state: State): Promise<Step<State>> {
  const { jobId, input, createdBy } = context;
  const current = await sessionOf(jobId, state);
  // Kept again once the step is over; one that fails half-way has changed what is in it.
  session = undefined;
  // What failed ahead of its time is asked for again.
  const ahead = await current.ahead?.catch(() => undefined);
  const looked = ahead ?? (await lookUp(peopleAt(current.part, state.offset)));
  const slice = await refreshed(looked, current.touched, context.recorded);

  const plan = planRows(slice.entries, {
    rule: input.rule,
    consents: {
      consent: input.consent,
      startedAt: state.startedAt,
      fileId: input.fileId,
      userId: createdBy,
    },
    headers: state.headers,
  });
  const rejections = [...slice.rejections, ...plan.rejections].sort((a, b) => a.line - b.line);
  if (rejections.length > 0) await keepRejected(jobId, state.slice, rejections, slice.rows);

  current.touched = [current.touched[1], input.dryRun ? new Set() : plan.touched];
  const counts = sum(state.counts, plan.counts, slice.rejections.length);
  const presumes = !input.dryRun && isOfNewPeople(counts);
  const next = await nextPlace(current, state, slice.people, presumes);
  const isLast = next.part >= state.parts.length;
  return {
    writes: input.dryRun ? [] : plan.writes,
    state: {
      ...state,
      ...next,
      phase: isLast ? 'report' : 'rows',
      counts,
      rejected: rejections.length > 0 ? [...state.rejected, state.slice] : state.rejected,
      reasons: reasonsOf(state.reasons, rejections),
      examples: [...state.examples, ...rejections].slice(0, MAX_EXAMPLES),
    },
    progress: { done: rowsDone(counts), total: state.rows },
    result: { ...counts, rows: state.rows, dryRun: input.dryRun },
    isDone: false,
  };
}

/**
 * Whether nobody of a file was known so far. Then the next slice is taken for new without a look;
 * if it is not, it cannot be written, and is done anew with one.
 */
const isOfNewPeople = ({ created, updated, unchanged }: ImportCounts): boolean =>
  created > 0 && updated === 0 && unchanged === 0;

/** Where the next slice begins; it is looked up from now on, unless its people are presumed new. */
async function nextPlace(
  current: Session,
  { part, offset, slice, parts }: State,
  people: number,
  presumes: boolean,
): Promise<Pick<State, 'part' | 'offset' | 'slice'>> {
  const isWhole = offset + people >= current.part.length;
  const place = isWhole
    ? { part: part + 1, offset: 0, slice: slice + 1 }
    : { part, offset: offset + people, slice: slice + 1 };
  if (place.part >= parts.length) return place;
  current.next = place.slice;
  if (isWhole) current.part = await partOf(current.jobId, parts, place.part);
  const upNext = peopleAt(current.part, place.offset);
  current.ahead = presumes ? Promise.resolve(presumeNew(upNext)) : lookUp(upNext);
  // Nobody may be waiting for it any more.
  current.ahead.catch(() => undefined);
  session = current;
  return place;
}

async function sessionOf(jobId: string, { slice, part, parts }: State): Promise<Session> {
  if (session?.jobId === jobId && session.next === slice) return session;
  // A try that came to nothing may have rejected what this one, and the slice ahead of it, takes.
  await removeRejected(jobId, [slice, slice + 1]);
  return {
    jobId,
    next: slice,
    part: await partOf(jobId, parts, part),
    touched: [new Set(), new Set()],
    ahead: undefined,
  };
}

const partOf = (jobId: string, parts: Parts, part: number): Promise<Judged[][]> =>
  readPart(jobId, part, parts[part] ?? 0, aliasesOfRow);

const rowsDone = ({ created, updated, unchanged, repeated, rejected }: ImportCounts): number =>
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

function reasonsOf(before: State['reasons'], rejections: readonly Rejection[]): State['reasons'] {
  const reasons = { ...before };
  for (const { reason } of rejections) reasons[reason] = (reasons[reason] ?? 0) + 1;
  return reasons;
}

async function report(context: Context, state: State): Promise<Step<State>> {
  const { counts, rows, header, rejected, reasons, examples } = state;
  const result = { ...counts, rows, dryRun: context.input.dryRun, reasons, examples };
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
  // The slice at which it stopped, and one ahead of it, may have been kept too.
  await removeRejected(jobId, [...rejected, slice, slice + 1]);
}
