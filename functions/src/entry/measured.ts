import { elapsed } from '../platform/clock';
import { inRequest, requestsInFlight } from '../platform/lifecycle';
import { log, logs } from '../platform/log';
import { counter, histogram } from '../platform/metrics';
import { busy, functionName, idle } from '../platform/processMetrics';
import { flushIfDue, noteRequest } from '../platform/telemetry';
import { AppError, PermanentError, RetryLater } from '../shared/errors';

/** How a request ended, as it is counted; `error` is our side's fault. */
type Outcome = 'ok' | 'refused' | 'retry' | 'error';

/** How long an answer may be held up by the flush of metrics; it mostly was done meanwhile. */
const MAX_DELAY_MS = 250;

/**
 * What every function's work runs in: it is counted and timed, the end of the instance waits for
 * it, and once in a minute it brings along what the instance counted. The flush begins beside the
 * work, so that the answer need not wait for it.
 *
 * @param outcomeOf what a result means; for those who answer errors themselves
 */
export async function measured<T>(
  work: () => Promise<T>,
  outcomeOf: (result: T) => Outcome = () => 'ok',
): Promise<T> {
  const flushing = flushIfDue();
  if (requestsInFlight() === 0) busy();
  const started = elapsed();
  let outcome: Outcome = 'error';
  try {
    const result = await inRequest(work);
    outcome = outcomeOf(result);
    return result;
  } catch (error) {
    outcome = outcomeOfError(error);
    throw error;
  } finally {
    const ms = elapsed() - started;
    if (requestsInFlight() === 0) idle();
    counter('recado_requests_total', functionName(), outcome).inc();
    histogram('recado_request_duration_seconds', functionName()).observe(ms / 1_000);
    if (logs('debug')) log.debug('request', { outcome, milliseconds: Math.round(ms) });
    noteRequest(outcome === 'error');
    const last = flushing ?? (outcome === 'error' ? flushIfDue() : undefined);
    if (last) await atMost(last);
  }
}

function outcomeOfError(error: unknown): Outcome {
  if (error instanceof RetryLater) return 'retry';
  // Work that can never succeed is somebody's fault; it ends in a dead letter.
  if (error instanceof PermanentError || !(error instanceof AppError)) return 'error';
  return error.code === 'internal' || error.code === 'unavailable' ? 'error' : 'refused';
}

/** How an HTTP answer counts. */
export const outcomeOfStatus = (status: number): Outcome =>
  status >= 500 ? 'error' : status >= 400 ? 'refused' : 'ok';

async function atMost(flushing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, MAX_DELAY_MS);
  });
  await Promise.race([flushing, late]);
  clearTimeout(timer);
}
