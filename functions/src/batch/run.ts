import { now } from '../platform/clock';
import { GRPC, grpcCode } from '../platform/commit';
import { withDeadline } from '../platform/deadline';
import { sleep } from '../platform/sleep';
import { backoffDelay } from '../shared/backoff';
import { Stopped, verdictOf } from './errors';
import { settingsOf, type BatchOptions, type Settings } from './options';
import { burstOf, createPacer } from './rate';

/** Too much traffic is answered with more patience than a lost connection. */
const OVERLOAD_FACTOR = 10;

/** One call of a batch helper: its limits, its pace, its progress. */
export interface Run {
  settings: Settings;
  /** How many documents may be in one request. */
  burst: number;
  /** Why nothing more may be sent, if so. */
  stopped(): Stopped | undefined;
  /**
   * Sends once, when its turn has come and the pace allows, and gives up waiting when the answer
   * takes too long (as gRPC's "deadline exceeded"). Throws `Stopped` where nothing more may be sent.
   */
  send<T>(what: string, documents: number, request: () => Promise<T>): Promise<T>;
  /** Waits between attempts; the wait ends early when the run is aborted. */
  pause(attempt: number, error: unknown): Promise<void>;
  /** Sends what may be sent as often as it takes: reads. */
  request<T>(what: string, documents: number, request: () => Promise<T>): Promise<T>;
  /** Says how many items there are in all, where that turns out later. */
  expect(total: number): void;
  /** Reports that `count` more items are through. */
  advance(count: number): void;
}

export function startRun(options: BatchOptions, items?: number): Run {
  const settings = settingsOf(options);
  const { signal, deadline, backoff, random, requestTimeoutMs } = settings;
  const rate = { perSecond: settings.perSecond ?? Number.POSITIVE_INFINITY, ramp: settings.ramp };
  const burst = burstOf(rate);
  const pacer = Number.isFinite(burst) ? createPacer(rate, settings.startedAt) : undefined;
  const slots = createSlots(settings.concurrency);
  let turn: Promise<void> = Promise.resolve();
  let total = items;
  let done = 0;

  const stopped = (): Stopped | undefined => {
    if (signal?.aborted) return new Stopped('aborted');
    return now() > deadline ? new Stopped('deadline') : undefined;
  };
  const throwIfStopped = (): void => {
    const reason = stopped();
    if (reason) throw reason;
  };
  const abortion = signal && aborted(signal);
  const wait = (milliseconds: number): Promise<void> =>
    abortion ? Promise.race([sleep(milliseconds), abortion]) : sleep(milliseconds);

  /** Waits until `documents` more may be sent. */
  const admit = async (documents: number): Promise<void> => {
    throwIfStopped();
    if (!pacer) return;
    // One after the other: each has to know when the one before it was sent.
    const mine = turn.then(async () => {
      for (let early = pacer.next - now(); early > 0 && !stopped(); early = pacer.next - now()) {
        await wait(Math.ceil(early));
      }
      throwIfStopped();
      pacer.sent(documents, now());
    });
    turn = mine.catch(() => undefined);
    await mine;
  };

  const run: Run = {
    settings,
    burst,
    stopped,
    async send(what, documents, request) {
      await slots.take();
      try {
        await admit(documents);
        return await withDeadline(request(), requestTimeoutMs, what);
      } finally {
        slots.free();
      }
    },
    async pause(attempt, error) {
      const isOverload = grpcCode(error) === GRPC.resourceExhausted;
      const base = backoff.base * (isOverload ? OVERLOAD_FACTOR : 1);
      await wait(backoffDelay(attempt, { ...backoff, base }, random()));
    },
    async request(what, documents, request) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await run.send(what, documents, request);
        } catch (error) {
          const verdict = verdictOf(error as { code?: unknown });
          const mayHelp = verdict === 'again' || verdict === 'in-doubt';
          if (!mayHelp || attempt >= settings.attempts) throw error;
          await run.pause(attempt, error);
        }
      }
    },
    expect(count) {
      total = count;
    },
    advance(count) {
      done += count;
      settings.onProgress?.({ done, total });
    },
  };
  return run;
}

/** The same run without its bounds in time: for finding out what became of what was sent. */
export function unbounded({ settings }: Run): Run {
  const others = { ...settings, deadline: Number.POSITIVE_INFINITY };
  delete others.signal;
  return startRun(others);
}

/** Bounds how much goes on at once, however it is nested. */
function createSlots(count: number): { take(): Promise<void>; free(): void } {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    async take() {
      if (taken < count) taken++;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    free() {
      const next = waiting.shift();
      if (next) next();
      else taken--;
    },
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
