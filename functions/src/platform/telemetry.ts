import type { Snapshot } from '../shared/snapshot';
import { newId } from '../shared/ids';
import { metricsFlushMs } from '../params';
import { elapsed, now } from './clock';
import { commit, GRPC, grpcCode } from './commit';
import { onShutdown } from './lifecycle';
import { log } from './log';
import { takeSnapshot } from './metrics';
import { functionName, sampleProcess } from './processMetrics';

/** `telemetry/{instance}_{n}`: what an instance counted since its last flush, as JSON. */
export interface Flushed {
  at: number;
  instance: string;
  function: string;
  body: string;
}

/** Who has little to tell waits for so many intervals. */
const PATIENCE = 5;
/** Requests since the last flush that are no little any more. */
const MANY_REQUESTS = 50;
/** After an error the next flush comes this soon. */
const URGENT_MS = 10_000;

const instance = newId();
/** The parameter, read once: this runs with every request. */
let intervalMs: number | undefined;
let flushes = 0;
let lastAt = elapsed();
let requests = 0;
let isUrgent = false;
/** A flush of which it is not known whether it arrived; it is sent again, as the same document. */
let pending: { path: string; data: Flushed } | undefined;
let flushing: Promise<void> | undefined;
let isRegistered = false;

/** Notes that a request came, and whether it failed on our side. */
export function noteRequest(failed: boolean): void {
  requests++;
  isUrgent ||= failed;
}

/**
 * Flushes what was counted if it is time to: there is no timer, because an instance has no
 * processor between requests. One write an instance and interval, less where little happens.
 */
export function flushIfDue(): Promise<void> | undefined {
  intervalMs ??= metricsFlushMs();
  if (intervalMs === 0 || flushing) return flushing;
  if (!isRegistered) {
    isRegistered = true;
    onShutdown('telemetry', flush);
  }
  const waited = elapsed() - lastAt;
  const patience = requests < MANY_REQUESTS ? PATIENCE : 1;
  const isDue = waited >= intervalMs * patience || (isUrgent && waited >= URGENT_MS);
  return isDue ? flush() : undefined;
}

/** Writes what was counted; fails for nobody: it is sent with the next flush. */
export function flush(): Promise<void> {
  flushing ??= send().finally(() => (flushing = undefined));
  return flushing;
}

async function send(): Promise<void> {
  lastAt = elapsed();
  requests = 0;
  isUrgent = false;
  try {
    if (pending) await write();
    sampleProcess();
    const snapshot: Snapshot = takeSnapshot();
    const path = `telemetry/${instance}_${flushes++}`;
    const body = JSON.stringify(snapshot);
    pending = { path, data: { at: now(), instance, function: functionName(), body } };
    await write();
  } catch (error) {
    log.info('metrics could not be flushed; they come with the next ones', { error });
  }
}

async function write(): Promise<void> {
  if (!pending) return;
  const { path, data } = pending;
  try {
    await commit([{ kind: 'create', path, data }]);
  } catch (error) {
    // An earlier try, whose answer got lost.
    if (grpcCode(error) !== GRPC.alreadyExists) throw error;
  }
  pending = undefined;
}
