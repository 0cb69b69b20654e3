import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eachInterval } from '../pause.ts';
import type { Job } from '../types.ts';

/** How long the event loop kept timers waiting, in milliseconds. */
export interface Delay {
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

export interface Pause {
  kind: string;
  ms: number;
}

/** What the process tells of itself; bytes, and what happened since the last reading. */
export interface Reading {
  /** `null` where the loop did not turn once. */
  delay: Delay | null;
  /** Since the beginning. */
  whole: Delay | null;
  pauses: Pause[];
  rss: number;
  heapUsed: number;
  external: number;
  /** The processor's time. */
  cpuMs: number;
  /** Whatever keeps the process alive: connections, timers, requests. */
  handles: number;
}

const SOURCE = readFileSync(join(import.meta.dirname, 'probe.cjs'), 'utf8');
const PROBE = `globalThis[Symbol.for('recado.profile')]`;

/** Has the process measure itself, reads that at intervals, and takes the probe out again. */
export async function observe(
  { target: { session }, ...job }: Job,
  look: (second: number, reading: Reading) => void,
): Promise<void> {
  await session.evaluate(SOURCE);
  const read = (): Promise<Reading> => session.evaluate<Reading>(`${PROBE}.read()`);
  const started = performance.now();
  let last = 0;
  try {
    // The probe's own installation is nothing to be told.
    await read();
    await eachInterval(job, async (second) => {
      look((last = second), await read());
    });
    // What happened since the last interval, where it was ended early.
    const second = (performance.now() - started) / 1_000;
    if (!job.stop.aborted || session.ending.aborted || second <= last) return;
    look(second, await read());
  } finally {
    await session.evaluate(`${PROBE}?.stop()`).catch(() => undefined);
  }
}
