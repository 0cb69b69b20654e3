import { LRUCache } from 'lru-cache';
import { now } from './clock';

interface Options {
  /** Entries kept at most. */
  max: number;
  /** How old an answer may be, in milliseconds. */
  ttl: number;
}

/** A read-through cache in the instance: one load a key at a time, failures are not kept. */
export interface Cache<V> {
  get(key: string, load: () => Promise<V>): Promise<V>;
  set(key: string, value: V): void;
  peek(key: string): V | undefined;
  delete(key: string): void;
  clear(): void;
}

const caches = new Set<Cache<never>>();

export function createCache<V extends object | string>({ max, ttl }: Options): Cache<V> {
  const entries = new LRUCache<string, { value: V; until: number }>({ max });
  const loading = new Map<string, Promise<V>>();

  const peek = (key: string): V | undefined => {
    const entry = entries.get(key);
    return entry && entry.until > now() ? entry.value : undefined;
  };
  const set = (key: string, value: V): void => {
    entries.set(key, { value, until: now() + ttl });
  };

  const cache: Cache<V> = {
    peek,
    set,
    delete: (key) => {
      entries.delete(key);
      loading.delete(key);
    },
    clear: () => {
      entries.clear();
      loading.clear();
    },
    async get(key, load) {
      const known = peek(key) ?? loading.get(key);
      if (known !== undefined) return known;
      const promise = load();
      loading.set(key, promise);
      try {
        const value = await promise;
        // A delete while it was loading means that the loaded value may be old already.
        if (loading.get(key) === promise) set(key, value);
        return value;
      } finally {
        if (loading.get(key) === promise) loading.delete(key);
      }
    },
  };
  caches.add(cache as unknown as Cache<never>);
  return cache;
}

/** Empties every cache of the instance, as a new instance would find them. For tests. */
export function clearCaches(): void {
  for (const cache of caches) cache.clear();
}
