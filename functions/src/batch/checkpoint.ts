import { now } from '../platform/clock';
import { db, fromVersion, toVersion, type Version } from '../platform/firestore';
import { AppError } from '../shared/errors';
import { newId } from '../shared/ids';
import { ItemError, Stopped, verdictOf } from './errors';
import { prepare } from './protocol';
import { unbounded, type Run } from './run';
import { addWrite, type Write } from './write';

/** Where the checkpoints of migrations and clean-ups are kept. */
export const RUNS = 'batchRuns';

/** What a checkpoint document holds beside the job's own state. */
interface Stamp {
  /** What the job is: a checkpoint of another one must not be taken up. */
  job: string;
  /** Which run wrote it, and as its how-manieth step. */
  runner: string;
  step: number;
  isDone: boolean;
  updatedAt: number;
}

export type StepResult =
  | { is: 'applied' }
  /** A document was not as the writes demand; nothing was written. */
  | { is: 'conflict' }
  /** A document is not taken, or all together are too large; nothing was written. */
  | { is: 'refused'; cause: unknown };

/**
 * A job's place, kept in a document that is written in the same commit as what the job did to get
 * there. So a step is applied exactly once, whatever crashes or gets lost in between, and two runs
 * of one job cannot both go on: each step demands the version that the step before it wrote.
 */
export interface Checkpoint<State extends object> {
  readonly state: State;
  readonly isDone: boolean;
  /** Applies writes and moves on, all or nothing. */
  step(writes: readonly Write[], next: State, isDone?: boolean): Promise<StepResult>;
}

interface Options<State> {
  run: Run;
  /** The document's id under `batchRuns`. */
  name: string;
  /** Tells this job from others of the same name. */
  job: string;
  initial: State;
  /** Begin again where the last run with this name has ended, or was another job's. */
  restart: (other: { isDone: boolean; isOther: boolean }) => boolean;
}

/**
 * Opens checkpoints, in one round trip.
 *
 * @throws AppError `failed-precondition` where a name belongs to another job
 */
export async function openCheckpoints<State extends object>(
  run: Run,
  all: readonly Omit<Options<State>, 'run'>[],
): Promise<Checkpoint<State>[]> {
  const refs = all.map(({ name }) => db().doc(`${RUNS}/${name}`));
  const snapshots = await run.request('a look at the checkpoints', refs.length, () =>
    db().getAll(...refs),
  );
  return all.map((options, index) => {
    const snapshot = snapshots[index];
    const stored = snapshot?.data() as (Stamp & { state: State }) | undefined;
    const version = snapshot?.updateTime && toVersion(snapshot.updateTime);
    const isOther = stored !== undefined && stored.job !== options.job;
    if (!stored || options.restart({ isDone: stored.isDone, isOther })) {
      return createCheckpoint({ ...options, run }, version, undefined);
    }
    if (isOther) {
      throw new AppError(
        'failed-precondition',
        `${RUNS}/${options.name} is the checkpoint of another job (${stored.job}). Choose another name, or delete it.`,
      );
    }
    return createCheckpoint({ ...options, run }, version, stored);
  });
}

function createCheckpoint<State extends object>(
  { run, name, job, initial }: Options<State>,
  version: Version | undefined,
  stored: (Stamp & { state: State }) | undefined,
): Checkpoint<State> {
  const ref = db().doc(`${RUNS}/${name}`);
  const runner = newId();
  let known = version;
  let steps = 0;
  let state = stored?.state ?? initial;
  let isDone = stored?.isDone ?? false;

  /** Whether the step was applied, though its answer says otherwise or was lost. */
  const wasApplied = async (step: number): Promise<boolean> => {
    // Also when time is over: what was sent has to be reported as it ended.
    const snapshot = await unbounded(run).request('a look at the checkpoint', 1, () => ref.get());
    const found = snapshot.data() as Stamp | undefined;
    const foundVersion = snapshot.updateTime && toVersion(snapshot.updateTime);
    if (found?.runner === runner && found.step === step) {
      known = foundVersion;
      return true;
    }
    if (foundVersion !== known) {
      throw new AppError(
        'aborted',
        `${ref.path}: another run of this job is going on; this one ends.`,
      );
    }
    return false;
  };

  const failureOf = (error: unknown, attempts: number): unknown =>
    error instanceof Stopped
      ? error
      : new ItemError(ref.path, error, { attempts, isInDoubt: false });

  return {
    get state() {
      return state;
    },
    get isDone() {
      return isDone;
    },
    async step(writes, next, done = false) {
      const step = ++steps;
      const stamp: Stamp & { state: State } = {
        job,
        runner,
        step,
        isDone: done,
        updatedAt: now(),
        state: next,
      };
      for (let attempt = 1; ; attempt++) {
        const batch = db().batch();
        if (known) batch.update(ref, { ...stamp }, { lastUpdateTime: fromVersion(known) });
        else batch.create(ref, stamp);
        try {
          for (const write of writes) addWrite(batch, write);
        } catch (cause) {
          return { is: 'refused', cause };
        }
        try {
          const [result] = await run.send('a step', writes.length, () => batch.commit());
          known = result && toVersion(result.writeTime);
          break;
        } catch (error) {
          const verdict = verdictOf(error as { code?: unknown });
          if (verdict === 'final') throw failureOf(error, attempt);
          if (verdict === 'split') return { is: 'refused', cause: error };
          if (await wasApplied(step)) break;
          if (verdict === 'missing' || verdict === 'conflict') return { is: 'conflict' };
          if (attempt >= run.settings.attempts) throw failureOf(error, attempt);
          await run.pause(attempt, error);
        }
      }
      state = next;
      isDone = done;
      return { is: 'applied' };
    },
  };
}

/** A checkpoint that is kept nowhere and writes nothing, for dry runs; it does check the data. */
export function rehearsal<State extends object>(initial: State): Checkpoint<State> {
  let state = initial;
  let isDone = false;
  return {
    get state() {
      return state;
    },
    get isDone() {
      return isDone;
    },
    step(writes, next, done = false) {
      const [refused] = prepare(writes, 'commit').refused.values();
      if (refused !== undefined) return Promise.resolve({ is: 'refused', cause: refused });
      state = next;
      isDone = done;
      return Promise.resolve({ is: 'applied' });
    },
  };
}
