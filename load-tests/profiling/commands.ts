import type { Command } from './types.ts';

/** How a command is run where the command line does not say it. */
interface Known {
  does: string;
  load: () => Promise<Command>;
  /** How long it looks at a running process; until Ctrl-C where it has none. */
  seconds?: number;
  every: number;
  /** What happens at intervals, so that `--every` means something. */
  isRepeated: boolean;
}

/** Every command by its name; each is loaded when it runs. */
export const COMMANDS = {
  cpu: {
    does: 'where the processor’s time goes: CPU profile and flame graph',
    load: async () => (await import('./cpu/cpu.ts')).cpu,
    seconds: 10,
    every: 1,
    isRepeated: false,
  },
  heap: {
    does: 'what is in memory: heap snapshot, by constructor',
    load: async () => (await import('./heap/heap.ts')).heap,
    seconds: 0,
    every: 1,
    isRepeated: false,
  },
  growth: {
    does: 'what is held after garbage collection, over time',
    load: async () => (await import('./heap/growth.ts')).growth,
    seconds: 30,
    every: 2,
    isRepeated: true,
  },
  loop: {
    does: 'event-loop delay, over time',
    load: async () => (await import('./probe/loop.ts')).loop,
    seconds: 30,
    every: 1,
    isRepeated: true,
  },
  gc: {
    does: 'garbage collections, by kind',
    load: async () => (await import('./probe/gc.ts')).gc,
    seconds: 30,
    every: 1,
    isRepeated: true,
  },
  leaks: {
    does: 'three heap snapshots, --every seconds apart, compared',
    load: async () => (await import('./heap/leaks.ts')).leaks,
    seconds: 0,
    every: 10,
    isRepeated: true,
  },
  watch: {
    does: 'memory, processor, event loop and collections, until Ctrl-C',
    load: async () => (await import('./probe/watch.ts')).watch,
    every: 1,
    isRepeated: true,
  },
} as const satisfies Record<string, Known>;

export type CommandName = keyof typeof COMMANDS;
