import { Memory, type MemoryOptions } from './cache/memory';
import { now } from './clock';

export interface CacheOptions<V> extends Omit<MemoryOptions<V>, 'maxBytes'> {
  /** How much memory it may take, about; what was used longest ago goes first. */
  maxBytes?: MemoryOptions<V>['maxBytes'];
}

export const MIB = 1024 * 1024;
const DEFAULT_BYTES = 2 * MIB;

/**
 * A read-through cache in the instance. One load a key at a time, failures are not kept, and nothing
 * is given that is older than `maxAgeMs`, counted from before its load began: what another instance
 * writes is seen after that time, whatever happens. What this instance writes it forgets itself.
 */
export interface Cache<V> {
  /** What is kept under the key, else what `load` gives. */
  get(key: string, load: () => Promise<V>): Promise<V>;
  /** Keeps what is known to be true at this moment. */
  set(key: string, value: V): void;
  peek(key: string): V | undefined;
  /** After a write; what is being loaded is not kept either. */
  delete(key: string): void;
  clear(): void;
}

const memories = new Set<Pick<Memory<never>, 'clear' | 'forgetWhere'>>();

/** Makes a cache in the instance. */
export function createCache<V extends object | string>(options: CacheOptions<V>): Cache<V> {
  const memory = createMemory(options);
  return {
    get(key, load) {
      const at = now();
      return memory.get(key, async () => ({ value: await load(), at }));
    },
    set: (key, value) => memory.put(key, { value, at: now() }),
    peek: (key) => memory.peek(key),
    delete: (key) => memory.forget(key),
    clear: () => memory.clear(),
  };
}

/** The memory of a cache, among those that are forgotten by tag and emptied by tests. */
export function createMemory<V extends object | string>({
  maxBytes = DEFAULT_BYTES,
  ...options
}: CacheOptions<V>): Memory<V> {
  const memory = new Memory<V>({ ...options, maxBytes });
  memories.add(memory);
  return memory;
}

/** Forgets, in this instance, all whose tags `test` says yes to. */
export function forgetHere(test: (tag: string) => boolean): void {
  for (const memory of memories) memory.forgetWhere((tags) => tags.some(test));
}

/** Empties every cache of the instance, as a new instance would find them. For tests. */
export function clearCaches(): void {
  for (const memory of memories) memory.clear();
}
