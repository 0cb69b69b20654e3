import { LRUCache } from 'lru-cache';
import { elapsed, now } from '../clock';
import { countsOf } from './counts';
import { lifetimeOf, type Ages } from './rules';
import { entrySize } from './sizeOf';

/** A value with the moment before which its load had not begun: from then on its age counts. */
export interface Loaded<V> {
  value: V;
  at: number;
  /** When it has to be asked for again, even if it is not that old. */
  until?: number;
}

interface Entry<V> {
  value: V;
  tags: readonly string[];
  freshUntil: number;
  until: number;
}

interface Flight<V> {
  promise: Promise<V>;
  began: number;
  tags: readonly string[];
}

export interface MemoryOptions<V> extends Ages<V> {
  /** In the metrics. */
  name: string;
  /** Asked for when the first value comes, if it is a function. */
  maxBytes: number | (() => number);
}

type Load<V> = () => Promise<Loaded<V>>;

/** What an instance keeps of one cache: the latest used, up to a number of bytes. */
export class Memory<V extends object | string> {
  readonly #options: MemoryOptions<V>;
  #made: LRUCache<string, Entry<V>> | undefined;
  readonly #flights = new Map<string, Flight<V>>();
  readonly #counts: ReturnType<typeof countsOf>;

  constructor(options: MemoryOptions<V>) {
    this.#options = options;
    this.#counts = countsOf(options.name);
  }

  get #entries(): LRUCache<string, Entry<V>> {
    const { maxBytes } = this.#options;
    return (this.#made ??= new LRUCache({
      maxSize: typeof maxBytes === 'number' ? maxBytes : maxBytes(),
      sizeCalculation: ({ value }, key) => entrySize(key, value),
    }));
  }

  /** A value that is young enough. */
  peek(key: string): V | undefined {
    const entry = this.#entries.get(key);
    const isKnown = entry !== undefined && now() < entry.until;
    this.#counts.count('memory', isKnown ? 'hit' : 'miss');
    return isKnown ? entry.value : undefined;
  }

  put(key: string, { value, at, until = Infinity }: Loaded<V>, tags: readonly string[] = []): void {
    const life = lifetimeOf(value, at, this.#options, Math.random());
    this.#entries.set(key, {
      value,
      tags,
      freshUntil: Math.min(life.freshUntil, until),
      until: Math.min(life.until, until),
    });
  }

  /** What is kept, else what is being loaded, else what `load` gives: one load a key at a time. */
  async get(key: string, load: Load<V>, tags: readonly string[] = []): Promise<V> {
    const entry = this.#entries.get(key);
    const at = now();
    if (entry && at < entry.freshUntil) {
      this.#counts.count('memory', 'hit');
      return entry.value;
    }
    const flight = this.#flights.get(key);
    if (entry && at < entry.until) {
      this.#counts.count('memory', 'stale');
      // Whoever comes once it is too old is told of the failure, if it still fails then.
      if (!flight) void this.#load(key, load, tags).catch(() => undefined);
      return entry.value;
    }
    this.#counts.count('memory', 'miss');
    // One that began too long ago would give what is too old: the instance may have slept since.
    if (!flight || at >= flight.began + this.#options.maxAgeMs) return this.#load(key, load, tags);
    return flight.promise;
  }

  async #load(key: string, load: Load<V>, tags: readonly string[]): Promise<V> {
    const started = elapsed();
    const began = now();
    const loading = load();
    const flight: Flight<V> = { promise: loading.then(({ value }) => value), began, tags };
    // Whoever waits for it is told; nobody may be.
    flight.promise.catch(() => undefined);
    this.#flights.set(key, flight);
    try {
      const loaded = await loading;
      // Forgotten while it was loading: it may be old already.
      if (this.#flights.get(key) === flight) this.put(key, loaded, tags);
      return loaded.value;
    } catch (error) {
      this.#counts.count('source', 'error');
      throw error;
    } finally {
      this.#counts.loaded(elapsed() - started);
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    }
  }

  forget(key: string): void {
    this.#entries.delete(key);
    this.#flights.delete(key);
  }

  /** Forgets all whose tags `test` says yes to, also what is being loaded. */
  forgetWhere(test: (tags: readonly string[]) => boolean): void {
    for (const [key, { tags }] of this.#entries.entries()) {
      if (test(tags)) this.#entries.delete(key);
    }
    for (const [key, { tags }] of this.#flights) {
      if (test(tags)) this.#flights.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#flights.clear();
  }

  /** Bytes that it takes, about. */
  get bytes(): number {
    return this.#entries.calculatedSize;
  }
}
