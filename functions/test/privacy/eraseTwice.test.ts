import { describe, expect, it, vi } from 'vitest';
import { cancelJob } from '../../src/jobs/cancel';
import { db } from '../../src/platform/firestore';
import { codeOf } from '../support/calling';
import { dieAfter } from '../support/dying';
import {
  ada,
  ana,
  ask,
  erased,
  jobAt,
  run,
  runLater,
  storePeople,
  tracesOf,
  usePeople,
} from './erasing';

usePeople('erase-twice');

describe('two jobs of one person', () => {
  it('leave one of them nothing to do', async () => {
    const [first, second] = [await ask(ana), await ask(ana)];
    // The queue calls again whom the other one was faster than.
    await Promise.allSettled([run(first.jobId), run(second.jobId)]);
    await Promise.all([run(first.jobId), run(second.jobId)]);
    const states = await Promise.all([jobAt(first.jobId), jobAt(second.jobId)]);
    expect(states.map(({ status }) => status)).toEqual(['done', 'done']);
    const [other, certified] = states
      .map(({ result }) => result)
      .sort((a) => (a?.['sha256'] ? 1 : -1));
    expect(certified).toHaveProperty('fileId');
    expect(Object.keys(other ?? {})).toEqual(['erasedBy']);
    expect(await tracesOf(ana)).toEqual([]);
  });

  /** Right after the next look at the contact, something else happens. */
  function afterNextLook(meanwhile: () => Promise<unknown>): void {
    const client = db();
    const getAll = client.getAll.bind(client);
    const spy = vi.spyOn(client, 'getAll').mockImplementation(async (...refs) => {
      const found = await getAll(...refs);
      if (refs.some((ref) => 'path' in ref && ref.path === `contacts/${ana.contactId}`)) {
        spy.mockRestore();
        await meanwhile();
      }
      return found;
    });
  }

  it('are one where the other begins between the look and the first write', async () => {
    const [slow, fast] = [await ask(ana), await ask(ana)];
    afterNextLook(() => dieAfter(4, () => run(fast.jobId)));
    await run(slow.jobId);
    expect((await jobAt(slow.jobId)).result).toEqual({ erasedBy: fast.jobId });
    await runLater(fast.jobId);
    expect((await jobAt(fast.jobId)).result).toHaveProperty('fileId');
    expect(await tracesOf(ana)).toEqual([]);
  });

  it('are one where the other ends between the look and the first write', async () => {
    const [slow, fast] = [await ask(ana), await ask(ana)];
    afterNextLook(() => run(fast.jobId));
    await run(slow.jobId);
    expect(await jobAt(slow.jobId)).toMatchObject({ status: 'done', result: { erasedBy: null } });
    expect((await jobAt(fast.jobId)).result).toHaveProperty('fileId');
    expect(await tracesOf(ana)).toEqual([]);
  });
});

describe('whatever dies', () => {
  it('after any write, the next run does the rest, and counts are exact', async () => {
    const expected = (await erased(ana)).result?.['erased'];
    let deaths = 0;
    for (let n = 0; ; n++) {
      await storePeople();
      const { jobId } = await ask(ana);
      if (!(await dieAfter(n, () => run(jobId)))) break;
      deaths++;
      await runLater(jobId);
      const job = await jobAt(jobId);
      expect([n, job.status, job.result?.['erased']]).toEqual([n, 'done', expected]);
      expect([n, await tracesOf(ana)]).toEqual([n, []]);
    }
    expect(deaths).toBeGreaterThan(15);
  });

  it('and is given up, another job goes on with it', async () => {
    const { jobId } = await ask(ana);
    expect(await dieAfter(4, () => run(jobId))).toBe(true);
    expect(await codeOf(ask(ana))).toBe('failed-precondition');
    await cancelJob(ada, jobId);
    await runLater(jobId);
    expect(await jobAt(jobId)).toMatchObject({ status: 'cancelled' });
    expect(await tracesOf(ana)).not.toEqual([]);
    await erased(ana);
    expect(await tracesOf(ana)).toEqual([]);
  });
});
