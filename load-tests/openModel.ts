import type { Arrival } from './plan/arrivals.ts';
import type { Recorder } from './recorder.ts';

/** Something to do, and how it is called in the results. */
export interface Job extends Arrival {
  scenario: string;
  /** How many queued messages, events and so on it stands for. */
  units: number;
  run(dueAt: number): Promise<void>;
}

/**
 * The open model: jobs begin when they are due, however many are not done yet, as customers write
 * whether or not a server keeps up. A latency counts from the time when the job was due, so a stall
 * shows in all that had to wait for it (no coordinated omission), and so would a late generator.
 *
 * @returns when the first was due, epoch ms
 */
export async function runOpen(jobs: readonly Job[], recorder: Recorder): Promise<number> {
  const started = performance.now();
  const running = new Set<Promise<void>>();
  for (const job of jobs) {
    const due = started + job.dueMs;
    const early = due - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    recorder.began(job, Math.max(0, performance.now() - due));
    const done = job.run(performance.timeOrigin + due).then(
      () => recorder.ended(job, performance.now() - due, performance.now() - started),
      (error: unknown) =>
        recorder.ended(job, performance.now() - due, performance.now() - started, error),
    );
    running.add(done);
    void done.finally(() => running.delete(done));
  }
  await Promise.all(running);
  return performance.timeOrigin + started;
}
