import { fileOf } from '../../files/fetch';
import { donePieces, removePieces } from '../../jobs/pieces';
import type { Account, JobHandler, Step, StepContext } from '../../jobs/run';
import { now } from '../../platform/clock';
import type { Member } from '../../team/schema';
import { attributeDefinitions } from '../attributes';
import { forgetCounts } from '../segments';
import { aliasesOfRow, headerOf, judged } from './judge';
import { headerFor, mappedColumns } from './mapping';
import { decide, isOfNewPeople, NOTHING, rowsIn, sumOf, type Outcome } from './outcome';
import { divide, removeParts } from './parts';
import type { PlanOptions } from './plan';
import type { Headers } from './problems';
import { rejectedFile, removeRejected, removeRejectedFile } from './rejected';
import type { ImportInput } from './schema';
import { prepareNext, takeSession, type Place, type Session } from './session';
import { lookUp, peopleAt, refreshed } from './slice';
import { formatOf, rowsOf } from './source';
import { numbersFrom, slicesAt, writeWindow } from './window';

type Input = Omit<ImportInput, 'jobId'>;

interface State extends Outcome, Place {
  phase: 'rows' | 'report' | 'tidy';
  header: string[];
  headers: Headers;
  rows: number;
  /** The slices with rejected rows. */
  rejected: number[];
  startedAt: number;
}

type Context = StepContext<Input, State>;

/**
 * Imports a file: reads it into parts, then a slice of people a step, whose contacts and place are
 * one commit: a crash in the middle leaves every row done or not done, and the counts are true. As
 * long as all people are new, a step is a window of slices, written side by side.
 */
export const importJob: JobHandler<Input, State> = {
  // What a window writes cannot be taken back.
  runsAhead: ({ presumesNew }) => !presumesNew,
  async step(context) {
    const { state } = context;
    if (!state) return begin(context);
    if (state.phase === 'rows') return takeRows(context, state);
    // From here on things are removed that an earlier step, done anew, would need.
    await context.recorded;
    if (state.phase === 'report') return report(context, state);
    await tidy(context, state);
    return { state, isDone: true };
  },
  account,
  async cancelled(context) {
    if (!context.state) return;
    await tidy(context, context.state);
    // The report may have gone ahead of the cancelling.
    if (context.state.phase !== 'tidy') await removeRejectedFile(context.jobId);
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
        ...NOTHING,
        rejected: [],
        presumesNew: false,
        startedAt: now(),
      },
      progress: { done: 0, total: rows },
      isDone: false,
    };
  } finally {
    await found.return(undefined);
  }
}

const takeRows = (context: Context, state: State): Promise<Step<State>> =>
  state.presumesNew ? takeWindow(context, state) : takeSlice(context, state);

/** The next slice, looked up. */
async function takeSlice(context: Context, state: State): Promise<Step<State>> {
  const { jobId, input } = context;
  const current = await takeSession(jobId, state);
  // What failed ahead of its time is asked for again.
  const ahead = await current.ahead?.catch(() => undefined);
  const looked = ahead ?? (await lookUp(peopleAt(current.part, state.offset)));
  const found = await refreshed(looked, current.touched, context.recorded);
  const options = optionsOf(context, state);
  const { writes, touched, outcome } = await decide({ jobId, n: state.slice, options }, found);
  current.touched = [current.touched[1], input.dryRun ? new Set() : touched];
  const step = await after(context, current, state, [{ people: found.people, outcome }]);
  return { ...step, writes: input.dryRun ? [] : writes };
}

/** The next slices, whose people are presumed new. */
async function takeWindow(context: Context, state: State): Promise<Step<State>> {
  const { jobId } = context;
  const current = await takeSession(jobId, state);
  const window = slicesAt(current.part, state.offset);
  const outcomes = await writeWindow(
    { jobId, first: state.slice, slices: window, options: optionsOf(context, state) },
    current.isResumed,
  );
  const done = outcomes.map((outcome, n) => ({ people: window[n]?.length ?? 0, outcome }));
  const step = await after(context, current, state, done);
  return { ...step, writes: removePieces(jobId, numbersFrom(state.slice)) };
}

const optionsOf = ({ input, createdBy }: Context, { startedAt, headers }: State): PlanOptions => ({
  rule: input.rule,
  consents: { consent: input.consent, startedAt, fileId: input.fileId, userId: createdBy },
  headers,
});

/** The state after some slices, and what is told of it. */
async function after(
  { input }: Context,
  current: Session,
  state: State,
  done: readonly { people: number; outcome: Outcome }[],
): Promise<Step<State>> {
  const total = done.map(({ outcome }) => outcome).reduce(sumOf, state);
  const rejected = done.flatMap(({ outcome }, n) =>
    outcome.counts.rejected > 0 ? [state.slice + n] : [],
  );
  const next: State = {
    ...state,
    ...total,
    rejected: [...state.rejected, ...rejected],
    offset: done.reduce((sum, { people }) => sum + people, state.offset),
    slice: state.slice + done.length,
    presumesNew: !input.dryRun && isOfNewPeople(total.counts),
  };
  const place = await prepareNext(current, next);
  const phase = place.part < place.parts.length ? 'rows' : 'report';
  return { state: { ...next, ...place, phase }, ...figuresOf(input, next), isDone: false };
}

/** What is told of a job that is going on. */
const figuresOf = (
  { dryRun }: Input,
  { counts, rows }: Pick<State, 'counts' | 'rows'>,
): Required<Pick<Account, 'progress' | 'result'>> => ({
  progress: { done: rowsIn(counts), total: rows },
  result: { ...counts, rows, dryRun },
});

/** Slices that were written after the last step that was recorded: its run died. */
async function account({ jobId, input, state }: Context): Promise<Account> {
  if (!state?.presumesNew) return {};
  const numbers = numbersFrom(state.slice);
  const done = await donePieces<Outcome>(jobId, numbers);
  const { counts } = [...done.values()].reduce(sumOf, state);
  return {
    ...figuresOf(input, { counts, rows: state.rows }),
    writes: removePieces(jobId, numbers),
  };
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

async function tidy({ jobId }: Context, { parts, slice }: State): Promise<void> {
  await removeParts(jobId, parts);
  // Tries that came to nothing may have kept rows, too, also of slices ahead of the last one.
  await removeRejected(jobId, [...Array(slice).keys(), ...numbersFrom(slice)]);
}
