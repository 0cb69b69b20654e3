import { now } from '../platform/clock';
import { commit, encode, isConflict, type Encoded, type WriteOp } from '../platform/commit';
import { absent, type Version } from '../platform/firestore';
import { isEnding } from '../platform/lifecycle';
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
  /** Until then, what the step before wrote may not be there yet; see `runsAhead`. */
  recorded: Promise<void>;
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
  /**
   * A step begins while the commit of the one before is on its way. If that is not taken, both are
   * done anew: a step has to wait for `recorded` before it relies on those writes, and before it
   * does what cannot be done over.
   *
   * @param state what the step before leaves
   */
  runsAhead?(state: State): boolean;
  /**
   * After the last step is stored. It does not run where the process dies just then: it is for what
   * would come right by itself, a little later.
   */
  done?(): Promise<void>;
  /** What was done since the last step of a job that was cancelled; its run may have died. */
  account?(context: StepContext<Input, State>): Promise<Account>;
  /** Tidies up after the last step of a job that was cancelled; may run twice. */
  cancelled?(context: StepContext<Input, State>): Promise<void>;
}

/** What goes into the end of a job. */
export type Account = Pick<Step<unknown>, 'writes' | 'progress' | 'result'>;

export type JobHandlers = Partial<Record<JobKind, () => Promise<JobHandler>>>;

/** A step is over by then, or another run takes the job; a run renews it with every step. */
const LEASE_MS = 120_000;
const STEP_MS = 30_000;
/** A task has half an hour. */
const MAX_RUN_MS = 25 * 60_000;
/** Runs without a step, before it is given up. */
const MAX_FAILURES = 8;

/** A job that this run holds, as it was last seen. */
interface Held {
  id: string;
  job: Job;
  version: Version;
}

/** Another run holds the job, or it is over: this one has nothing more to do. */
class TakenOver extends Error {}

/**
 * Works on a job until it is done, in steps. A step's writes and the place behind it are one commit
 * that demands the place before it: whatever crashes, and however many runs there are, each step
 * counts once.
 */
export async function runJob(id: string, handlers: JobHandlers): Promise<void> {
  try {
    const held = await takeJob(id);
    if (!held) return;
    try {
      const handler = await handlerOf(held.job, handlers);
      await steps(held, handler, now() + MAX_RUN_MS);
    } catch (error) {
      if (error instanceof TakenOver) throw error;
      await afterError(held, error);
    }
  } catch (error) {
    if (!(error instanceof TakenOver)) throw error;
    log.info('another run goes on with a job', { jobId: id });
  }
}

async function handlerOf({ kind }: Job, handlers: JobHandlers): Promise<JobHandler> {
  const load = handlers[kind];
  if (!load) throw new AppError('internal', `Nothing does jobs of the kind ${kind}.`);
  return load();
}

/** Takes a job that nobody works on. */
async function takeJob(id: string): Promise<Held | undefined> {
  const { data, version } = await readJob(id);
  if (!data || !version || data.endedAt !== null) return undefined;
  const isHeld = data.holder !== null;
  if (isHeld && (data.dueAt ?? 0) > now()) return undefined;
  // Whoever holds it still died: a step that ends the process is not to be tried for ever.
  const failures = data.failures + (isHeld ? 1 : 0);
  const fields: Partial<Job> = {
    status: data.status === 'cancelling' ? 'cancelling' : 'running',
    holder: newId(),
    failures,
    dueAt: now() + LEASE_MS,
    updatedAt: now(),
  };
  try {
    const taken = await commit([updateJob(id, fields, version)]);
    const held: Held = { id, job: { ...data, ...fields }, version: taken };
    if (failures < MAX_FAILURES) return held;
    await giveUp(held, failures);
    return undefined;
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
}

/** A step, with its writes as they are sent if there was time for that. */
type Taken = Step<unknown> & { encoded?: Encoded };
/** A step that was begun before its turn. */
type Ahead = Promise<Taken>;

async function steps(held: Held, handler: JobHandler, end: number): Promise<void> {
  let ahead: Ahead | undefined;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a commit a step, each after the other
  for (;;) {
    const isCancelled = held.job.status === 'cancelling';
    if (isCancelled || now() >= end || isEnding()) {
      await ahead?.catch(() => undefined);
      return isCancelled ? cancel(held, handler) : handOver(held);
    }
    const taken = await takeStep(held, handler, ahead);
    if (taken.isDone) return;
    ({ ahead } = taken);
  }
}

async function cancel(held: Held, handler: JobHandler): Promise<void> {
  const { writes, ...figures } = (await handler.account?.(contextOf(held))) ?? {};
  await handler.cancelled?.(contextOf(held));
  await change(held, { ...figures, status: 'cancelled', error: null, endedAt: now() }, writes);
}

async function handOver(held: Held): Promise<void> {
  await change(held, { holder: null, dueAt: now() });
  await enqueueJob(held.id);
}

/** A step that somebody else's work gets in the way of looks again; each time they were faster. */
const MAX_ROUNDS = 5;

/** Does a step, or takes what was done ahead, and records it; gives whether it was the last. */
async function takeStep(
  held: Held,
  handler: JobHandler,
  begun: Ahead | undefined,
): Promise<{ isDone: boolean; ahead?: Ahead }> {
  let beginning = begun;
  // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what has changed since the last try
  for (let round = 1; ; round++) {
    const step: Taken = await (beginning ?? handler.step(contextOf(held)));
    beginning = undefined;
    const recorded = record(held, step);
    const ahead =
      !step.isDone && handler.runsAhead?.(step.state)
        ? begin(held, handler, step, recorded)
        : undefined;
    try {
      await recorded;
      if (step.isDone) await handler.done?.();
      return { isDone: step.isDone, ...(ahead ? { ahead } : {}) };
    } catch (error) {
      await ahead?.catch(() => undefined);
      if (!isConflict(error) || round === MAX_ROUNDS) throw error;
    }
  }
}

/** Begins the step after one that is being recorded. */
function begin(
  held: Held,
  handler: JobHandler,
  step: Step<unknown>,
  recorded: Promise<void>,
): Ahead {
  const { state, progress = held.job.progress, result = held.job.result } = step;
  const ahead = handler
    .step({ ...contextOf(held), state, progress, result, recorded })
    .then((next) => ({ ...next, encoded: encode(next.writes ?? []) }));
  // Whoever waits for them hears of it; nobody may be waiting any more, or yet.
  for (const promise of [ahead, recorded]) promise.catch(() => undefined);
  return ahead;
}

const contextOf = ({ id, job }: Held): StepContext<unknown, unknown> => ({
  jobId: id,
  input: job.input,
  state: job.state,
  progress: job.progress,
  result: job.result,
  createdBy: job.createdBy,
  deadline: now() + STEP_MS,
  recorded: Promise.resolve(),
});

async function record(held: Held, step: Taken): Promise<void> {
  const { job } = held;
  await change(
    held,
    {
      state: step.state,
      progress: step.progress ?? job.progress,
      result: step.result ?? job.result,
      failures: 0,
      steps: job.steps + 1,
      ...(step.isDone ? { status: 'done', endedAt: now() } : { dueAt: now() + LEASE_MS }),
    },
    step.writes,
    step.encoded,
  );
}

/**
 * Writes to a job that this run holds. When the job has changed, it looks: a member asked to stop,
 * which changes nothing of what a step came to, or the answer of this very write got lost.
 *
 * @throws TakenOver when it is another run's
 * @throws the conflict, when it is of the step's own writes
 */
async function change(
  held: Held,
  fields: Partial<Job>,
  writes: WriteOp[] = [],
  encoded?: Encoded,
): Promise<void> {
  let ahead = encoded;
  const data = { ...fields, updatedAt: now() };
  const isOver = fields.endedAt !== undefined;
  const stored = { ...data, ...(isOver ? { dueAt: absent() } : {}) };
  const { holder } = held.job;
  // eslint-disable-next-line recado/no-firestore-in-loops -- tried again on what a look found
  for (;;) {
    try {
      const place = updateJob(held.id, stored, held.version);
      held.version = await (ahead ? commit([place], ahead) : commit([place, ...writes]));
      Object.assign(held.job, data);
      return;
    } catch (error) {
      if (!isConflict(error)) throw error;
      ahead = undefined;
      const found = await readJob(held.id);
      if (!found.data || !found.version || found.data.holder !== holder) throw new TakenOver();
      const hasCounted = fields.steps !== undefined && found.data.steps === fields.steps;
      if (found.version === held.version) throw error;
      held.job = found.data;
      held.version = found.version;
      if (hasCounted) return;
      if (found.data.endedAt !== null) throw new TakenOver();
    }
  }
}

const failed = (held: Held, error: JobError): Promise<void> =>
  change(held, { status: 'failed', error, endedAt: now() });

function giveUp(held: Held, failures: number): Promise<void> {
  const message = 'It failed again and again; the logs say why.';
  return failed(held, { code: 'internal', message, details: { failures } });
}

/** Ends a job that cannot go on; others are left to the queue's next try. */
async function afterError(held: Held, error: unknown): Promise<void> {
  const { kind } = held.job;
  const jobId = held.id;
  if (error instanceof AppError && error.code !== 'unavailable' && error.code !== 'aborted') {
    const { code, message, details } = error;
    log.warn('a job failed', { jobId, kind, code });
    await failed(held, { code, message, details });
    return;
  }
  const failures = held.job.failures + 1;
  log.error('a step of a job failed', { jobId, kind, failures, error });
  if (failures >= MAX_FAILURES) return giveUp(held, failures);
  await change(held, { failures, holder: null, dueAt: now() });
  throw error;
}
