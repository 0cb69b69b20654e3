import { seeded } from '../whatsapp-simulator/random.ts';

type Job = () => Promise<void>;
/** Knows when it was due, epoch ms. */
type OpenJob = (dueAt: number) => Promise<void>;

/**
 * A closed model: `concurrency` workers, each beginning its next job when the one before is done.
 * It finds the greatest throughput.
 *
 * @returns how many seconds all of it took
 */
export async function runClosed(jobs: readonly Job[], concurrency: number): Promise<number> {
  const started = performance.now();
  const queue = jobs.values();
  const work = async (): Promise<void> => {
    for (const job of queue) await job();
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return (performance.now() - started) / 1_000;
}

/**
 * An open model: jobs arrive by chance (a Poisson process) at a rate, whether or not those before
 * them are done, as customers do. A latency counts from the arrival that was due, so a stall shows
 * in all that had to wait for it.
 *
 * @returns latencies in milliseconds
 */
export async function runOpen(jobs: readonly OpenJob[], perSecond: number): Promise<number[]> {
  const random = seeded(1);
  const started = performance.now();
  let due = started;
  const running: Promise<number>[] = [];
  for (const job of jobs) {
    due += (-Math.log(1 - random()) * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    const arrival = due;
    running.push(job(performance.timeOrigin + arrival).then(() => performance.now() - arrival));
  }
  return Promise.all(running);
}
