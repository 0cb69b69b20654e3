import { startStack, stopOnSignals, type Stack } from '../lib/stack.ts';
import { createProgress } from './progress.ts';
import type { Context } from './types.ts';

/** What benchmarks share in a run of a command. */
export interface Session {
  /** @param name before what it says of its progress */
  contextFor(name: string): Context;
  progress: ReturnType<typeof createProgress>;
  /** Stops the emulators, if they were started. */
  stop(): Promise<void>;
}

/** @param rounds that were asked for; the benchmarks' own number if left out */
export function openSession({
  rounds,
  rttMs,
}: {
  rounds?: number | undefined;
  rttMs: number;
}): Session {
  const progress = createProgress();
  let stack: Promise<Stack> | undefined;
  const start = (): Promise<Stack> =>
    (stack ??= startStack({
      projectId: 'demo-recado-bench',
      // The Cloud Tasks emulator does not start without them.
      withFunctions: true,
      isBuilt: true,
      say: progress.show,
    }).then((started) => {
      stopOnSignals(started);
      Object.assign(process.env, started.environment);
      return started;
    }));
  return {
    contextFor: (name) => ({
      rounds: (own) => rounds ?? own,
      rttMs,
      stack: start,
      progress: (text) => progress.show(`${name} ${text}`),
    }),
    progress,
    stop: async () => {
      await stack?.then((started) => started.stop());
    },
  };
}
