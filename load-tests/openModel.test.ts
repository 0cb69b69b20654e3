import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { runOpen, type Job } from './openModel.ts';
import { Recorder } from './recorder.ts';

const phases = [{ name: 'sustained' as const, seconds: 1, from: 100, to: 100 }];
const jobsOf = (count: number, run: (n: number) => Promise<void>): Job[] =>
  Array.from({ length: count }, (_, n) => ({
    dueMs: n * 10,
    phase: 'sustained',
    scenario: 'queue.text',
    units: 1,
    run: () => run(n),
  }));

it('counts a stall for everything that had to wait for it, from when each was due', async () => {
  // A server that does one thing at a time, and stands still for 300 ms at the first.
  let server = Promise.resolve();
  const work = (n: number): Promise<void> =>
    (server = server.then(() => (n === 0 ? setTimeout(300) : undefined)));
  const recorder = new Recorder(phases);
  await runOpen(jobsOf(20, work), recorder);
  const [row] = recorder.families();
  expect(row).toMatchObject({ name: 'queue', count: 20, errors: 0 });
  // The one in the middle was due at 100 ms and done at 300 ms; a closed model would see 0 ms.
  expect(row?.p50).toBeGreaterThan(150);
  expect(recorder.generator().mostAtOnce).toBeGreaterThan(15);
});

it('begins what is due although nothing before is done, and counts what fails', async () => {
  const started: number[] = [];
  const recorder = new Recorder(phases);
  await runOpen(
    jobsOf(3, async (n) => {
      started.push(n);
      await setTimeout(50);
      if (n === 1) throw new Error('answered 503');
    }),
    recorder,
  );
  expect(started).toEqual([0, 1, 2]);
  expect(recorder.reasons()).toEqual({ 'queue.text: answered 503': 1 });
  expect(recorder.phases()).toMatchObject([{ arrived: 3, inTime: 2, errors: 1 }]);
});

it('does not count what was done after its phase, and a second more, as done in time', () => {
  const recorder = new Recorder(phases);
  const [job] = jobsOf(1, () => Promise.resolve()) as [Job];
  for (const end of [1_900, 2_100]) {
    recorder.began(job, 0);
    recorder.ended(job, 1, end);
  }
  expect(recorder.phases()).toMatchObject([{ count: 2, inTime: 1, perSecond: { queue: 1 } }]);
});
