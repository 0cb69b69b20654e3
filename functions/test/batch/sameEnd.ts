import { expect } from 'vitest';
import type { Random } from '../support/random';
import { CRASHES, LOST, type Fault, type Faults } from './faults';

interface Job<Report> {
  faults: Faults;
  /** Makes everything as it was. */
  prepare: () => Promise<unknown>;
  run: () => Promise<Report>;
  /** What is stored: it decides. */
  stored: () => Promise<unknown>;
  /** What a run says that follows on one which died; left out, what an uninterrupted one says. */
  afterDeath?: (uninterrupted: Report) => Promise<Report>;
}

/** Runs it without any fault. */
async function uninterrupted<R>({ faults, prepare, run, stored }: Job<R>) {
  await prepare();
  faults.end();
  const report = await run();
  const requests = faults.count;
  return { report, requests, stored: await stored() };
}

const isCrash = (fault: Fault): boolean => (CRASHES as readonly Fault[]).includes(fault);

/**
 * Lets each request in turn fail in each way, and expects that it ends as if nothing had failed: by
 * itself, or, where the process died, in the next run.
 */
export async function expectSameEndWhicheverFails<R>(job: Job<R>): Promise<void> {
  const { faults, prepare, run, stored, afterDeath } = job;
  const clean = await uninterrupted(job);
  expect(clean.requests).toBeGreaterThan(5);
  for (let at = 0; at < clean.requests; at++) {
    for (const fault of [...LOST, 'late', ...CRASHES] as const) {
      const what = `${fault} at request ${at}`;
      await prepare();
      faults.plan((n) => (n === at ? fault : undefined));
      const outcome = await run().catch((error: unknown) => error as Error);
      faults.end();
      if (isCrash(fault)) {
        expect(outcome, what).toBeInstanceOf(Error);
        const expected = afterDeath ? await afterDeath(clean.report) : clean.report;
        expect(await run(), what).toEqual(expected);
      } else expect(outcome, what).toEqual(clean.report);
      expect(await stored(), what).toEqual(clean.stored);
    }
  }
}

/** The same where the process dies again and again, each time a few requests on. */
export async function expectSameEndAfterDeaths<R>(
  job: Job<R>,
  random: Random,
  isComplete: (report: R) => boolean,
): Promise<void> {
  const { faults, prepare, run, stored } = job;
  const clean = await uninterrupted(job);
  await prepare();
  let deaths = 0;
  for (;;) {
    const at = random.below(8) + 4;
    const crash = random.pick(CRASHES);
    faults.plan((n) => (n === at ? crash : undefined));
    const report = await run().catch(() => undefined);
    faults.end();
    if (report && isComplete(report)) break;
    expect(++deaths).toBeLessThan(500);
  }
  expect(deaths).toBeGreaterThan(0);
  expect(await stored()).toEqual(clean.stored);
}

/** The same where half of the requests are lost. */
export async function expectSameEndWithLosses<R>(job: Job<R>, random: Random): Promise<void> {
  const { faults, prepare, run, stored } = job;
  const clean = await uninterrupted(job);
  await prepare();
  faults.plan((n) => {
    if (n === 6) return 'silence';
    return random.next() < 0.5 ? random.pick(['before', 'after', 'timeout', 'late']) : undefined;
  });
  const report = await run();
  faults.end();
  expect(report).toEqual(clean.report);
  expect(await stored()).toEqual(clean.stored);
}
