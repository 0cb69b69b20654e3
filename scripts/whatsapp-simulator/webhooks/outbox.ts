import type { Random } from '../random.ts';
import type { SimulatorConfig, WebhookAnswer, WebhookStats } from '../types.ts';
import type { Update } from './update.ts';

/** Meta's limits on one POST. */
const MAX_UPDATES = 1_000;
const MAX_BYTES = 3_000_000;

/** A POST: its bytes stay the same over all tries. */
interface Batch {
  body: Buffer;
  size: number;
  tries: number;
}

/** What the outbox needs from outside. */
interface OutboxDeps {
  settings: () => SimulatorConfig['webhooks'];
  pack: (updates: readonly Update[]) => Buffer;
  post: (body: Buffer, stop: AbortSignal) => Promise<WebhookAnswer>;
  random: Random;
}

/**
 * Gathers updates into POSTs, keeps at most so many in flight, and tries again whatever is not
 * answered 200. Nothing here keeps the process alive.
 */
export class Outbox {
  readonly stats: WebhookStats = {
    posted: 0,
    updates: 0,
    retried: 0,
    givenUp: 0,
    dropped: 0,
    duplicated: 0,
    pending: 0,
    inFlight: 0,
  };
  readonly #deps: OutboxDeps;
  readonly #stop = new AbortController();
  readonly #idle = new Set<() => void>();
  /** Updates that wait for company, and batches that are ready to go. */
  #queue: Update[] = [];
  #ready: Batch[] = [];
  /** Whether the queue's first update has waited long enough. */
  #due = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** Queues an update after a delay, at the end or at a random place. */
  add(update: Update, delayMs = 0, place: 'end' | 'anywhere' = 'end'): void {
    this.stats.pending++;
    if (delayMs > 0) this.#after(delayMs, () => this.#enqueue(update, place));
    else this.#enqueue(update, place);
  }

  /** Makes updates into POSTs of `perPost` of them at once, past the queue. */
  addTogether(updates: readonly Update[], perPost: number): void {
    this.stats.pending += updates.length;
    const rest = [...updates];
    while (rest.length > 0) this.#ready.push(this.#takeBatch(rest, perPost));
    this.#pump();
  }

  /** Waits until nothing is pending; false when the time is over before. */
  async idle(timeoutMs: number): Promise<boolean> {
    if (this.stats.pending === 0) return true;
    return new Promise((resolve) => {
      const settle = (idle: boolean) => {
        clearTimeout(timer);
        this.#idle.delete(onIdle);
        resolve(idle);
      };
      const onIdle = () => settle(true);
      const timer = setTimeout(() => settle(false), timeoutMs);
      this.#idle.add(onIdle);
    });
  }

  /** Forgets everything pending and aborts what is in flight. */
  stop(): void {
    this.#stop.abort();
    clearTimeout(this.#linger);
    this.#queue = [];
    this.#ready = [];
    this.#settle(this.stats.pending);
  }

  #enqueue(update: Update, place: 'end' | 'anywhere'): void {
    if (place === 'end') this.#queue.push(update);
    else this.#queue.splice(this.#deps.random() * (this.#queue.length + 1), 0, update);

    const { maxBatch, lingerMs } = this.#deps.settings();
    if (this.#queue.length >= maxBatch || this.#due) this.#flush();
    else this.#linger ??= this.#after(lingerMs, () => this.#flush());
  }

  #flush(): void {
    clearTimeout(this.#linger);
    this.#linger = undefined;
    this.#due = true;
    this.#pump();
  }

  #pump(): void {
    while (this.stats.inFlight < this.#deps.settings().maxInFlight) {
      if (this.#queue.length === 0) this.#due = false;
      const batch =
        this.#ready.shift() ??
        (this.#due ? this.#takeBatch(this.#queue, this.#deps.settings().maxBatch) : undefined);
      if (!batch) return;
      void this.#send(batch);
    }
  }

  /** Removes the first updates, as many as one POST may hold, but at least one. */
  #takeBatch(queue: Update[], limit: number): Batch {
    let size = 0;
    let bytes = 0;
    for (const update of queue) {
      bytes += Buffer.byteLength(JSON.stringify([update.body, update.contact]));
      if (size > 0 && (size >= Math.min(limit, MAX_UPDATES) || bytes > MAX_BYTES)) break;
      size++;
    }
    return { body: this.#deps.pack(queue.splice(0, size)), size, tries: 0 };
  }

  async #send(batch: Batch): Promise<void> {
    this.stats.inFlight++;
    const { status } = await this.#deps.post(batch.body, this.#stop.signal);
    this.stats.inFlight--;
    if (this.#stop.signal.aborted) return;

    batch.tries++;
    const { maxTries, retryBaseMs, retryMaxMs } = this.#deps.settings();
    if (status === 200) {
      this.stats.posted++;
      this.stats.updates += batch.size;
      this.#settle(batch.size);
    } else if (batch.tries >= maxTries) {
      this.stats.givenUp += batch.size;
      this.#settle(batch.size);
    } else {
      const wait = Math.min(retryBaseMs * 2 ** (batch.tries - 1), retryMaxMs);
      this.#after(wait, () => {
        this.stats.retried++;
        this.#ready.push(batch);
        this.#pump();
      });
    }
    this.#pump();
  }

  #settle(count: number): void {
    this.stats.pending -= count;
    if (this.stats.pending === 0) for (const onIdle of [...this.#idle]) onIdle();
  }

  #after(ms: number, act: () => void): NodeJS.Timeout {
    return setTimeout(() => {
      if (!this.#stop.signal.aborted) act();
    }, ms).unref();
  }
}
