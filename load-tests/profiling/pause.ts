import { setTimeout } from 'node:timers/promises';

/** Waits so many seconds, or without a number until the signal; true when it was the signal. */
export async function pause(seconds: number | undefined, stop: AbortSignal): Promise<boolean> {
  if (seconds === undefined) {
    if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve));
    return true;
  }
  try {
    await setTimeout(seconds * 1_000, undefined, { signal: stop });
    return false;
  } catch {
    return true;
  }
}

/** Calls back each so many seconds, as long as the command lasts. */
export async function eachInterval(
  {
    seconds = Infinity,
    every,
    stop,
  }: { seconds?: number | undefined; every: number; stop: AbortSignal },
  look: (second: number) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  for (let turn = 1; turn * every <= seconds + 1e-9; turn++) {
    // Looks take time too; what they are late is not added up.
    const due = turn * every - (performance.now() - started) / 1_000;
    if (await pause(Math.max(0, due), stop)) return;
    try {
      await look((performance.now() - started) / 1_000);
    } catch (error) {
      // A process that is about to end does not answer any more; what was seen by then counts.
      if (stop.aborted) return;
      throw error;
    }
  }
}
