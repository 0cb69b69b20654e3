import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobsRun } from '../src/entry/tasks/jobsRun';
import { cancelJob } from '../src/jobs/cancel';
import { listJobs } from '../src/jobs/look';
import { runJob, type JobHandler, type Step, type StepContext } from '../src/jobs/run';
import { listJobsInput, type Job, type JobKind } from '../src/jobs/schema';
import { startJob } from '../src/jobs/start';
import { resumeJobs } from '../src/jobs/upkeep';
import { setClock } from '../src/platform/clock';
import { db, increment } from '../src/platform/firestore';
import { AppError } from '../src/shared/errors';
import { newId } from '../src/shared/ids';
import type { Member } from '../src/team/schema';
import { codeOf } from './support/calling';
import { host } from './support/hosting';
import { loseNextAnswer } from './support/lostAnswer';
import { useProject } from './support/project';
import { makeQueue } from './support/queues';
import { clearFirestore } from './support/stored';
import { waitFor } from './support/waitFor';

useProject('jobs');
const ada: Member = { uid: 'ada', role: 'admin' };
const abel: Member = { uid: 'abel', role: 'agent' };
const KIND = 'contacts-tag' satisfies JobKind;

let stopClock = (): void => undefined;
beforeEach(clearFirestore);
afterEach(() => {
  stopClock();
  vi.restoreAllMocks();
});

/** From now on it is so much later. */
function wait(milliseconds: number): void {
  const at = Date.now() + milliseconds;
  stopClock = setClock(() => at);
}
const LEASE_OVER = 121_000;

const jobAt = async (id: string): Promise<Job> =>
  (await db().doc(`jobs/${id}`).get()).data() as Job;

async function newJob(member = ada, input: Record<string, unknown> = { n: 1 }): Promise<string> {
  const { jobId } = await startJob(member, KIND, newId(), input);
  return jobId;
}

type Counting = JobHandler<unknown, number>;
type CountingContext = StepContext<unknown, number>;

/** A job of so many steps; each adds one to a counter, in its own commit. */
const counting = (steps: number, before: (context: CountingContext) => unknown = () => null) =>
  ({
    async step(context): Promise<Step<number>> {
      const n = (context.state ?? 0) + 1;
      await before(context);
      return {
        writes: [{ kind: 'merge', path: 'notes/counter', data: { n: increment(1) } }],
        state: n,
        progress: { done: n, total: steps },
        result: { n },
        isDone: n === steps,
      };
    },
  }) satisfies Counting;

const counted = async (): Promise<number> =>
  ((await db().doc('notes/counter').get()).get('n') as number | undefined) ?? 0;

const run = (id: string, handler: Counting): Promise<void> =>
  runJob(id, { [KIND]: () => Promise.resolve(handler as JobHandler) });

/** A promise and what settles it. */
const gate = () => Promise.withResolvers<undefined>();
const never = new Promise<never>(() => undefined);

describe('a job', () => {
  it('goes on in steps, each of which counts once', async () => {
    const id = await newJob();
    expect(await jobAt(id)).toMatchObject({ status: 'queued', createdBy: 'ada', endedAt: null });

    await run(id, counting(3));

    const job = await jobAt(id);
    expect(job).toMatchObject({
      status: 'done',
      progress: { done: 3, total: 3 },
      result: { n: 3 },
    });
    expect(job.endedAt).not.toBeNull();
    expect(job).not.toHaveProperty('dueAt');
    expect(await counted()).toBe(3);
  });

  it('is told its input, its place and whose it is', async () => {
    const id = await newJob(abel, { tag: 'spring' });
    const seen: unknown[] = [];
    await run(
      id,
      counting(2, ({ input, state, createdBy, jobId }) =>
        seen.push({ input, state, createdBy, jobId }),
      ),
    );
    const same = { input: { tag: 'spring' }, createdBy: 'abel', jobId: id };
    expect(seen).toEqual([
      { ...same, state: null },
      { ...same, state: 1 },
    ]);
  });

  it('that is over is left alone', async () => {
    const id = await newJob();
    await run(id, counting(1));
    const before = await jobAt(id);
    await run(id, counting(1));
    wait(LEASE_OVER);
    await run(id, counting(1));
    expect(await jobAt(id)).toEqual(before);
    expect(await counted()).toBe(1);
  });

  it('that does not exist is none', async () => {
    await run('no-such-job', counting(1));
    expect(await counted()).toBe(0);
  });

  it('hands over when its time is over, and goes on from there', async () => {
    const id = await newJob();
    const handler = counting(3, ({ state }) => state === 1 && wait(26 * 60_000));
    await run(id, handler);
    expect(await jobAt(id)).toMatchObject({ status: 'running', holder: null, state: 2 });

    await run(id, counting(3));
    expect(await jobAt(id)).toMatchObject({ status: 'done', state: 3 });
    expect(await counted()).toBe(3);
  });

  it('of a kind that nothing does ends, and says so', async () => {
    const id = await newJob();
    await runJob(id, {});
    expect(await jobAt(id)).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  });
});

describe('a run that dies', () => {
  it.each([
    ['before its step is committed', 1, 1],
    ['after the commit of a step', 2, 2],
  ])('%s is made up for when its lease is over', async (_, dies, stateThen) => {
    const id = await newJob();
    const reached = gate();
    const own: number[] = [];
    // It does what a step does by itself, and is never heard of again.
    const dying = counting(3, async ({ state }) => {
      own.push((state ?? 0) + 1);
      if (state === dies) {
        reached.resolve(undefined);
        await never;
      }
    });
    void run(id, dying);
    await reached.promise;
    expect(await jobAt(id)).toMatchObject({ status: 'running', state: stateThen });

    await run(id, counting(3));
    expect(await counted(), 'the lease is not over').toBe(dies);
    wait(LEASE_OVER);
    await run(
      id,
      counting(3, ({ state }) => own.push((state ?? 0) + 1)),
    );

    expect(await jobAt(id)).toMatchObject({ status: 'done', state: 3 });
    expect(await counted()).toBe(3);
    expect(
      own.filter((n) => n === dies + 1),
      'the step was done again',
    ).toHaveLength(2);
  });

  it('again and again without a step ends the job', async () => {
    const id = await newJob();
    for (let time = 1; time <= 9; time++) {
      const reached = gate();
      const ended = run(
        id,
        counting(1, async () => {
          reached.resolve(undefined);
          await never;
        }),
      );
      await Promise.race([reached.promise, ended]);
      wait(time * LEASE_OVER);
    }
    expect(await jobAt(id)).toMatchObject({ status: 'failed', error: { code: 'internal' } });
    expect(await counted()).toBe(0);
  });

  it('and comes back to life too late changes nothing', async () => {
    const id = await newJob();
    const [reached, late] = [gate(), gate()];
    const slow = run(
      id,
      counting(1, async () => {
        reached.resolve(undefined);
        await late.promise;
      }),
    );
    await reached.promise;
    wait(LEASE_OVER);
    await run(id, counting(1));
    const before = await jobAt(id);
    late.resolve(undefined);
    await slow;
    expect(await jobAt(id)).toEqual(before);
    expect(await counted()).toBe(1);
  });
});

describe('a write whose answer got lost', () => {
  it.each(['a step', 'the last step'])('counts once: %s', async (which) => {
    const id = await newJob();
    const last = which === 'the last step';
    await run(
      id,
      counting(2, ({ state }) => state === (last ? 1 : null) && loseNextAnswer()),
    );
    expect(await jobAt(id)).toMatchObject({ status: 'done', state: 2 });
    expect(await counted()).toBe(2);
  });

  it('counts once, also where the job was cancelled meanwhile', async () => {
    const id = await newJob();
    await run(
      id,
      counting(3, ({ state }) => state === 1 && loseNextAnswer(() => cancelJob(ada, id))),
    );
    expect(await jobAt(id)).toMatchObject({ status: 'cancelled', state: 2 });
    expect(await counted()).toBe(2);
  });

  it('starts the job all the same', async () => {
    const key = newId();
    loseNextAnswer();
    expect(await startJob(ada, KIND, key, { n: 1 })).toEqual({ jobId: key });
    expect(await jobAt(key)).toMatchObject({ status: 'queued' });
  });
});

describe('two runs at once', () => {
  it('do each step once between them', async () => {
    const id = await newJob();
    await Promise.all(Array.from({ length: 5 }, () => run(id, counting(10))));
    expect(await jobAt(id)).toMatchObject({ status: 'done', state: 10 });
    expect(await counted()).toBe(10);
  });
});

describe('an error', () => {
  it('that says what is wrong ends the job at once', async () => {
    const id = await newJob();
    const refusing = counting(2, () => {
      throw new AppError('failed-precondition', 'Too many rows.', { details: { reason: 'rows' } });
    });
    await run(id, refusing);
    expect(await jobAt(id)).toMatchObject({
      status: 'failed',
      error: {
        code: 'failed-precondition',
        message: 'Too many rows.',
        details: { reason: 'rows' },
      },
    });
  });

  it.each([
    ['of any kind', new Error('out of order')],
    ['that may pass', new AppError('unavailable', 'Try again.')],
    ['that is a conflict of its own', Object.assign(new Error('exists'), { code: 6 })],
  ])('%s is tried again; the eighth in a row ends it', async (_, error) => {
    const id = await newJob();
    const failing = counting(2, () => {
      throw error;
    });
    for (let time = 1; time < 8; time++) {
      await expect(run(id, failing)).rejects.toBe(error);
      expect(await jobAt(id)).toMatchObject({ status: 'running', failures: time, holder: null });
    }
    await run(id, failing);
    expect(await jobAt(id)).toMatchObject({
      status: 'failed',
      error: { code: 'internal', details: { failures: 8 } },
    });
    expect(JSON.stringify((await jobAt(id)).error)).not.toContain('out of order');
  });

  it('of the writes of a step counts as one, and the step does not', async () => {
    await db().doc('notes/taken').set({});
    const id = await newJob();
    const conflicting: Counting = {
      step: async () =>
        Promise.resolve({
          writes: [{ kind: 'create', path: 'notes/taken', data: {} }],
          state: 1,
          isDone: true,
        }),
    };
    await expect(run(id, conflicting)).rejects.toThrow();
    expect(await jobAt(id)).toMatchObject({ status: 'running', failures: 1, state: null });
  });

  it('is forgotten after a step', async () => {
    const id = await newJob();
    let fails = 6;
    const shaky = counting(2, () => {
      if (fails-- % 4 !== 0) throw new Error('now and then');
    });
    for (let time = 0; time < 10; time++) await run(id, shaky).catch(() => undefined);
    expect(await jobAt(id)).toMatchObject({ status: 'done', failures: 0 });
    expect(await counted()).toBe(2);
  });
});

describe('cancelling', () => {
  it('stops a job after the step that it is at, and tidies up', async () => {
    const id = await newJob();
    const tidied: unknown[] = [];
    const handler: Counting = {
      ...counting(5, async ({ state }) => {
        if (state === 1) expect(await cancelJob(ada, id)).toEqual({ status: 'cancelling' });
      }),
      cancelled: async ({ state }) => {
        tidied.push(state);
        return Promise.resolve();
      },
    };
    await run(id, handler);
    expect(await jobAt(id)).toMatchObject({ status: 'cancelled', state: 2, result: { n: 2 } });
    expect(tidied).toEqual([2]);
    expect(await counted()).toBe(2);
  });

  it('of a job that nobody works on yet lets it never begin', async () => {
    const id = await newJob();
    expect(await cancelJob(ada, id)).toEqual({ status: 'cancelling' });
    await run(id, counting(2));
    expect(await jobAt(id)).toMatchObject({ status: 'cancelled', state: null });
    expect(await counted()).toBe(0);
  });

  it('twice is once', async () => {
    const id = await newJob();
    const answers = await Promise.all([cancelJob(ada, id), cancelJob(ada, id)]);
    expect(answers).toEqual([{ status: 'cancelling' }, { status: 'cancelling' }]);
    await run(id, counting(2));
    expect(await cancelJob(ada, id)).toEqual({ status: 'cancelled' });
    const deeds = await db().collection('auditLog').where('action', '==', 'jobs.cancel').get();
    expect(deeds.size).toBe(1);
  });

  it('at the last step comes too late, and later is refused', async () => {
    const id = await newJob();
    await run(
      id,
      counting(1, () => cancelJob(ada, id)),
    );
    expect(await jobAt(id)).toMatchObject({ status: 'done' });
    expect(await codeOf(cancelJob(ada, id))).toBe('failed-precondition');
  });

  it('counts although the step then fails', async () => {
    const id = await newJob();
    const failing = counting(2, async () => {
      await cancelJob(ada, id);
      throw new Error('out of order');
    });
    await expect(run(id, failing)).rejects.toThrow('out of order');
    await run(id, failing);
    expect(await jobAt(id)).toMatchObject({ status: 'cancelled' });
  });

  it("is not for others' jobs", async () => {
    const id = await newJob(ada);
    expect(await codeOf(cancelJob(abel, id))).toBe('not-found');
    expect(await codeOf(cancelJob({ uid: 'sol', role: 'supervisor' }, id))).toBe('ok');
  });
});

describe('a key', () => {
  it('that is used again is the same job', async () => {
    const key = newId();
    const ids = await Promise.all(
      Array.from({ length: 5 }, () => startJob(ada, KIND, key, { n: 1, left: undefined })),
    );
    expect(ids).toEqual(Array.from({ length: 5 }, () => ({ jobId: key })));
    const deeds = await db().collection('auditLog').get();
    expect(deeds.docs.map((doc) => doc.get('action') as string)).toEqual(['contacts.tag']);
  });

  it.each<[string, JobKind, object]>([
    ['another input', KIND, { n: 2 }],
    ['another kind', 'contacts-export', { n: 1 }],
  ])('with %s is refused', async (_, kind, input) => {
    const key = newId();
    await startJob(ada, KIND, key, { n: 1 });
    expect(await codeOf(startJob(ada, kind, key, { ...input }))).toBe('already-exists');
  });
});

describe('resumeJobs', () => {
  it('starts what was never started, and what died, through the queue and the function', async () => {
    // There was no queue when it was asked for.
    const [lost, died, running, done] = await Promise.all([newJob(), newJob(), newJob(), newJob()]);
    await run(done, counting(1));
    const dead = { holder: 'dead', dueAt: Date.now() - 1, status: 'running' };
    // What nothing does ends at once, with the deployed function as well.
    await db().doc(`jobs/${lost}`).update({ kind: 'unheard-of' });
    await db()
      .doc(`jobs/${died}`)
      .update({ ...dead, kind: 'unheard-of' });
    await db()
      .doc(`jobs/${running}`)
      .update({ holder: 'alive', dueAt: Date.now() + 600_000, status: 'running' });
    expect(await resumeJobs(), 'the first run may yet come').toBe(1);

    await makeQueue('jobs-run', await host(jobsRun));
    wait(61_000);
    expect(await resumeJobs()).toBe(2);
    stopClock();
    const ended = async (id: string): Promise<boolean> => (await jobAt(id)).endedAt !== null;
    await waitFor('both to be worked on', async () => (await ended(lost)) && (await ended(died)));
    expect(await jobAt(running)).toMatchObject({ holder: 'alive' });
  });
});

describe('the list of jobs', () => {
  const list = (member: Member, input: object = {}) => listJobs(member, listJobsInput.parse(input));

  it('shows members their own, leads all, the newest first, in pages', async () => {
    for (const [n, member] of [ada, abel, ada, abel, ada].entries()) {
      stopClock = setClock(() => 1_000 + n);
      await startJob(member, n === 4 ? 'contacts-export' : KIND, `job-number-${n}`, {});
      stopClock();
    }
    const idsOf = ({ jobs }: { jobs: { jobId: string }[] }) =>
      jobs.map(({ jobId }) => jobId.at(-1));
    expect(idsOf(await list(abel))).toEqual(['3', '1']);
    expect(idsOf(await list(ada, { kind: KIND }))).toEqual(['3', '2', '1', '0']);
    expect(idsOf(await list(abel, { kind: KIND }))).toEqual(['3', '1']);
    expect(idsOf(await list(abel, { kind: 'contacts-export' }))).toEqual([]);

    const first = await list(ada, { limit: 2 });
    const second = await list(ada, { limit: 2, cursor: first.cursor });
    const third = await list(ada, { limit: 2, cursor: second.cursor });
    expect([first, second, third].map(idsOf)).toEqual([['4', '3'], ['2', '1'], ['0']]);
    expect(third.cursor).toBeNull();
  });

  it('says nothing of how a job is worked on', async () => {
    await run(await newJob(), counting(1));
    const [job] = (await list(ada)).jobs;
    expect(Object.keys(job ?? {}).sort()).toEqual([
      ...['createdAt', 'createdBy', 'endedAt', 'error', 'input', 'jobId', 'kind', 'progress'],
      ...['result', 'status', 'updatedAt'],
    ]);
  });
});
