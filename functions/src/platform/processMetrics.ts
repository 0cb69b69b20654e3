import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks';
import { functionTarget } from '../params';
import { elapsed } from './clock';
import { onShutdown } from './lifecycle';
import { gauge, histogram } from './metrics';

/** Every so many milliseconds the event loop's delay is measured, while requests run. */
const RESOLUTION_MS = 20;
/** By the numbers that Node gives them. */
const GC_KINDS: Record<number, string> = { 1: 'minor', 4: 'major', 8: 'incremental', 16: 'weak' };

export const functionName = (): string => functionTarget() ?? 'local';

type LoopDelays = ReturnType<typeof monitorEventLoopDelay>;
let loop: LoopDelays | undefined;
let busySince = 0;
let busyMs = 0;
let cpu = process.cpuUsage();
let isBusy = false;

/** Begins to measure garbage collection and the event loop's delay, until the instance ends. */
export function watchProcess(): void {
  if (loop) return;
  loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { duration, detail } = entry as typeof entry & { detail?: { kind?: number } };
      const kind = detail?.kind ?? 0;
      histogram('recado_gc_duration_seconds', GC_KINDS[kind] ?? 'other').observe(duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  onShutdown(
    'process metrics',
    () => {
      observer.disconnect();
      loop?.disable();
      loop = undefined;
    },
    'close',
  );
}

/** The first request of several at once begins: between requests the processor may be taken away. */
export function busy(): void {
  isBusy = true;
  busySince = elapsed();
  loop?.enable();
}

/** The last of them is over. */
export function idle(): void {
  isBusy = false;
  busyMs += elapsed() - busySince;
  if (!loop) return;
  loop.disable();
  keepDelay(loop);
}

/** The measured times include the interval between two measurements. */
function keepDelay(delays: LoopDelays): void {
  if (delays.count > 0) {
    const ms = Math.max(0, delays.percentile(99) / 1e6 - RESOLUTION_MS);
    histogram('recado_event_loop_delay_seconds', functionName()).observe(ms / 1_000);
  }
  // It would count the pause as a delay.
  delays.reset();
}

/** Puts memory, processor and delays into the metrics, just before they are flushed. */
export function sampleProcess(): void {
  if (isBusy) {
    busyMs += elapsed() - busySince;
    busySince = elapsed();
    if (loop) keepDelay(loop);
  }
  const { heapUsed, rss } = process.memoryUsage();
  gauge('recado_heap_bytes', functionName()).set(heapUsed);
  gauge('recado_resident_bytes', functionName()).set(rss);
  const used = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  if (busyMs >= MIN_BUSY_MS) {
    gauge('recado_cpu_ratio', functionName()).set((used.user + used.system) / 1_000 / busyMs);
    busyMs = 0;
  }
}

/** A shorter time says nothing about the use of the processor. */
const MIN_BUSY_MS = 1_000;
