import { AppError } from '../shared/errors';
import { log } from './log';
import { sleep } from './sleep';

type CleanUp = () => void | Promise<void>;

/**
 * When a clean-up runs: `flush` hands over what is kept in memory and gives leases back, while the
 * clients still work; `close` closes clients, timers and listeners after that.
 */
export type Phase = 'flush' | 'close';

interface Registered {
  name: string;
  phase: Phase;
  run: CleanUp;
}

/** Cloud Run ends an instance 10 s after SIGTERM; these leave it a second. */
const IN_FLIGHT_MS = 4_500;
const PHASE_MS: Record<Phase, number> = { flush: 3_000, close: 1_000 };
const HARD_STOP_MS = 9_500;

const cleanUps = new Set<Registered>();
let inFlight = 0;
let ending: Promise<void> | undefined;

/**
 * Registers a clean-up. It runs once: when its owner calls what is returned (the end of a scope),
 * or when the instance ends, whichever is first. One that fails or hangs does not stop the others.
 *
 * @param name for the log
 * @returns runs the clean-up now and forgets it; calling it again does nothing
 */
export function onShutdown(
  name: string,
  run: CleanUp,
  phase: Phase = 'flush',
): () => Promise<void> {
  const registered = { name, phase, run };
  cleanUps.add(registered);
  return async () => {
    if (cleanUps.delete(registered)) await run();
  };
}

/** Whether the instance was told to end: nothing new is to be begun, what runs hands over. */
export const isEnding = (): boolean => ending !== undefined;

/** Requests that are being handled. */
export const requestsInFlight = (): number => inFlight;

/**
 * Counts work as a request; the end of the instance waits for it, for a few seconds.
 *
 * @throws AppError `unavailable` once the instance ends: whoever asks is to ask again, elsewhere
 */
export async function inRequest<T>(work: () => Promise<T>): Promise<T> {
  if (isEnding()) {
    throw new AppError('unavailable', 'This instance is ending; try again.', {
      details: { reason: 'ending' },
    });
  }
  inFlight++;
  try {
    return await work();
  } finally {
    inFlight--;
  }
}

/** How many clean-ups are registered: constant over the life of a healthy instance. */
export const registeredCleanUps = (): number => cleanUps.size;

/**
 * Ends the instance's work: waits for the requests that run, then flushes, then closes. Takes 9 s
 * at most, however much of it hangs; called again it gives the same end.
 */
export function shutDown(waitMs = IN_FLIGHT_MS): Promise<void> {
  return (ending ??= end(waitMs));
}

async function end(waitMs: number): Promise<void> {
  for (let left = waitMs; inFlight > 0 && left > 0; left -= POLL_MS) await sleep(POLL_MS);
  await runPhase('flush');
  await runPhase('close');
}

const POLL_MS = 20;

/** Runs the clean-ups of a phase side by side, those registered meanwhile too. */
async function runPhase(phase: Phase): Promise<void> {
  const all = [...cleanUps].filter((registered) => registered.phase === phase);
  for (const registered of all) cleanUps.delete(registered);
  await Promise.race([Promise.all(all.map(runOne)), unreferenced(PHASE_MS[phase])]);
}

async function runOne({ name, run }: Registered): Promise<void> {
  try {
    await run();
  } catch (error) {
    log.warn('a clean-up failed', { name, error });
  }
}

/** A wait that does not keep the process alive. */
const unreferenced = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());

/** How a process ends; a test gives its own. */
type Host = Pick<NodeJS.EventEmitter, 'on' | 'off' | 'listeners'> & { exit(code: number): void };

/**
 * Makes the process end in order: on SIGTERM, and after an error that nobody caught, which is
 * logged once. The host's own listeners to these events are taken away, now and whenever it adds
 * one, because they end the process at once and log the error again.
 */
export function endInOrder(host: Host = process): void {
  const leave = (code: number, waitMs?: number): void => {
    setTimeout(() => host.exit(code), HARD_STOP_MS).unref();
    void shutDown(waitMs).finally(() => host.exit(code));
  };
  const fail = (message: string) => (error: unknown) => {
    if (isEnding()) return;
    log.error(message, { error: error instanceof Error ? error : new Error(String(error)) });
    // Whatever else runs may be harmed as well, or may not: it gets a moment.
    leave(1, 1_000);
  };
  const ours: Record<string, (error: unknown) => void> = {
    SIGTERM: () => leave(0),
    SIGINT: () => leave(0),
    unhandledRejection: fail('a rejection that nobody handled'),
    uncaughtException: fail('an error that nobody caught'),
  };
  for (const [event, listener] of Object.entries(ours)) {
    for (const other of host.listeners(event)) host.off(event, other as () => void);
    host.on(event, listener);
  }
  host.on('newListener', (event: string, listener: () => void) => {
    // It is told before the listener is there.
    if (event in ours) process.nextTick(() => host.off(event, listener));
  });
}

/** Forgets all that is registered, as a new instance would find it. For tests. */
export function resetLifecycle(): void {
  cleanUps.clear();
  inFlight = 0;
  ending = undefined;
}
