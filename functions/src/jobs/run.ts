import { now } from '../platform/clock';
import { commit, isConflict, type WriteOp } from '../platform/commit';
import { absent, type Version } from '../platform/firestore';
import { log } from '../platform/log';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';
import type { Job, JobError, JobKind, JobProgress } from './schema';
import { enqueueJob } from './start';
import { readJob, updateJob } from './store';

/** What a step of a job is told. */
export interface StepContext<Input, State> {
  jobId: string;
  input: Input;
  /** What the step before left; `null` at the beginning. */
  state: State | null;
  progress: JobProgress;
  result: Record<string, unknown> | null;
  /** The member who asked for it. */
  createdBy: string;
  /** A step is to end by then; epoch ms. */
  deadline: number;
}

/** What came of a step. State and result have to fit a document beside the input. */
export interface Step<State> {
  /** Go into the commit of the step: all of it counts, or nothing. */
  writes?: WriteOp[];
  state: State;
  progress?: JobProgress;
  result?: Record<string, unknown>;
  isDone: boolean;
}

/** How a kind of job is done. */
export interface JobHandler<Input = unknown, State = unknown> {
  /**
   * Does the next piece, half a minute's at most. It may be run again for the same state, after a
   * crash: what it writes by itself has to bear that; what must count once goes into `writes`.
   * An AppError ends the job as failed; any other error is tried again.
   */
  step(context: StepContext<Input, State>): Promise<Step<State>>;
  /** Tidies up after the last step of a job that was cancelled; may run twice. */
  cancelled?(context: StepContext<Input, State>): Promise<void>;
}

export type JobHandlers = Partial<Record<JobKind, () => Promise<JobHandler>>>;

/** A step is over by then, or another run takes the job; a run renews it with every step. */
const LEASE_MS = 120_000;
const STEP_MS = 30_000;
/** A task has half an hour. */
const MAX_RUN_MS = 25 * 60_000;
/** Runs without a step, before it is given up. */
const MAX_FAILURES = 8;

interface Held {
  job: Job;
  version: Version;
}

/**
 * Works on a job until it is done, in steps. A step's writes and the place behind it are one commit
 * that demands the place before it: whatever crashes, and however many runs there are, each step
 * counts once.
 */
export async function runJob(id: string, handlers: JobHandlers): Promise<void> {
  const held = await takeJob(id);
  if (!held) return;
  try {
    const handler = await handlerOf(held.job, handlers);
    await steps(id, held, handler, now() + MAX_RUN_MS);
  } catch (error) {
    if (isConflict(error)) {
      log.info('another run goes on with a job', { jobId: id });
      return;
    }
    await afterError(id, held, error);
  }
}

async function handlerOf(
  { kind }: Job,
  handlers: JobHandlers,
): Promise<JobHandler> {
  const load = handlers[kind];
  if (!load) throw new AppError('internal', `Nothing does jobs of the kind ${kind}.`);
  return load();
}

/** Takes a job that nobody works on. */
async function takeJob(id: string): Promise<Held | undefined> {
  const { data, version } = await readJob(id);
  if (!data || !version || data.endedAt !== null) return undefined;
  if (data.holder !== null && (data.dueAt ?? 0) > now()) return undefined;
  const held: Held = { job: { ...data }, version };
  const status = data.status === 'cancelling' ? 'cancelling' : 'running';
  try {
    await change(id, held, { status, holder: newId(), dueAt: now() + LEASE_MS });
    return held;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

async function steps(
  id: string,
  held: Held,
  handler: JobHandler,
  end: number,
): Promise<void> {
  // eslint-disable-next-line recado/no-firestore-in-loops -- a commit a step, each after the other
  for (;;) {
    if (held.job.status === 'cancelling') {
      await handler.cancelled?.(contextOf(id, held.job));
      await over(id, held, 'cancelled');
      return;
    }
    if (now() >= end) {
      await change(id, held, { holder: null, dueAt: now() });
      await enqueueJob(id);
      return;
    }
    const step = await handler.step(contextOf(id, held.job));
    await record(id, held, step);
    if (step.isDone) return;
  }
}

const contextOf = (jobId: string, job: Job): StepContext<unknown, unknown> => ({
  jobId,
  input: job.input,
  state: job.state,
  progress: job.progress,
  result: job.result,
  createdBy: job.createdBy,
  deadline: now() + STEP_MS,
});

async function record(id: string, held: Held, step: Step<unknown>): Promise<void> {
  const { state, isDone, writes = [] } = step;
  const fields: Partial<Job> = {
    state,
    progress: step.progress ?? held.job.progress,
    result: step.result ?? held.job.result,
    failures: 0,
    ...(isDone ? { status: 'done', holder: null, endedAt: now() } : { dueAt: now() + LEASE_MS }),
  };
  try {
    await change(id, held, fields, writes);
  } catch (error) {
    // Only a cancelling changes a job that somebody holds; the step counts all the same.
    if (!isConflict(error) || !(await isCancelling(id, held))) throw error;
    await change(id, held, fields, writes);
  }
}

/** Whether the job was asked to stop, and nothing else happened to it; then `held` knows. */
async function isCancelling(id: string, held: Held): Promise<boolean> {
  const { data, version } = await readJob(id);
  if (data?.status !== 'cancelling' || data.holder !== held.job.holder || !version) return false;
  held.job.status = 'cancelling';
  held.version = version;
  return true;
}

async function change(
  id: string,
  held: Held,
  fields: Partial<Job>,
  writes: WriteOp[] = [],
): Promise<void> {
  const data = { ...fields, updatedAt: now() };
  const isOver = fields.endedAt !== undefined;
  held.version = await commit([
    updateJob(id, { ...data, ...(isOver ? { dueAt: absent() } : {}) }, held.version),
    ...writes,
  ]);
  Object.assign(held.job, data);
}

const over = (
  id: string,
  held: Held,
  status: 'failed' | 'cancelled',
  error: JobError | null = null,
): Promise<void> => change(id, held, { status, error, holder: null, endedAt: now() });

/** Ends a job that cannot go on; others are left to the queue's next try. */
async function afterError(id: string, held: Held, error: unknown): Promise<void> {
  const { kind } = held.job;
  if (error instanceof AppError && error.code !== 'unavailable' && error.code !== 'aborted') {
    const { code, message, details } = error;
    log.warn('a job failed', { jobId: id, kind, code });
    await over(id, held, 'failed', { code, message, details });
    return;
  }
  const failures = held.job.failures + 1;
  log.error('a step of a job failed', { jobId: id, kind, failures, error });
  if (failures >= MAX_FAILURES) {
    const message = 'It failed again and again; the logs say why.';
    await over(id, held, 'failed', { code: 'internal', message, details: { failures } });
    return;
  }
  await change(id, held, { failures, holder: null, dueAt: now() });
  throw error;
}
