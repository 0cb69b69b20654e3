import { globTest } from '../../shared/glob';
import { createMemory, forgetHere, type CacheOptions } from '../cache';
import { now } from '../clock';
import { hasRedis } from '../redis';
import { countsOf } from './counts';
import type { Loaded } from './memory';
import { lifetimeOf } from './rules';
import * as redisTier from './redisTier';

export interface SharedCacheOptions<V> extends CacheOptions<V> {
  /** The number of the value's shape: one that another number wrote is not read. */
  schema: number;
  /**
   * How long an instance gives a value without asking Redis whether it still holds: with a Redis
   * that is well, nobody sees an older value later than that after `forget`.
   */
  recheckMs: number;
}

/** A cache in the instance and, behind it, in Redis for all instances. */
export interface SharedCache<V> {
  /**
   * What is kept, here or in Redis, else what `load` gives: never older than `maxAgeMs`, counted
   * from before its load began. With neither Redis nor a value it is the load and nothing else.
   *
   * @param tags what the value goes by; `forget` of one of them makes it load again
   */
  get(key: string, tags: readonly string[], load: () => Promise<V>): Promise<V>;
}

/**
 * Makes a cache for what costs more to load than Redis costs to ask: sums of many reads. A single
 * document is cheaper to read from Firestore ($0.30 a million) than from Redis ($2).
 *
 * Values have to be JSON.
 */
export function createSharedCache<V extends object>(
  options: SharedCacheOptions<V>,
): SharedCache<V> {
  const { name, schema, recheckMs } = options;
  const memory = createMemory(options);
  const counts = countsOf(name);

  const loadFor = async (key: string, tags: readonly string[], load: () => Promise<V>) => {
    const fromSource = async (): Promise<Loaded<V>> => {
      const at = now();
      return { value: await load(), at };
    };
    if (!hasRedis()) return fromSource();
    const path = `${name}:${schema}:${key}`;
    const found = await redisTier.read<V>(path, tags);
    const entry = found?.entry;
    const life = entry && lifetimeOf(entry.value, entry.at, options, 0);
    if (entry && life && now() < life.until) {
      counts.count('redis', 'hit');
      return { value: entry.value, at: entry.at, until: now() + recheckMs };
    }
    counts.count('redis', found ? 'miss' : 'error');
    const loaded = await fromSource();
    if (!found) return loaded;
    const until = lifetimeOf(loaded.value, loaded.at, options, Math.random()).until;
    await redisTier.write(path, loaded, found.tagIds, until - now());
    return { ...loaded, until: now() + recheckMs };
  };

  return { get: (key, tags, load) => memory.get(key, () => loadFor(key, tags, load), tags) };
}

/**
 * After a write: what goes by one of these tags is loaded again, at once in this instance, and within
 * `recheckMs` in others. Where Redis cannot be told, `maxAgeMs` is the bound.
 */
export async function forget(...tags: string[]): Promise<void> {
  const all = new Set(tags);
  forgetHere((tag) => all.has(tag));
  await redisTier.forget(tags);
}

/** The same for all tags like a pattern, in which `*` stands for any text; gives how many Redis had. */
export async function forgetLike(pattern: string): Promise<number> {
  const isLike = globTest(pattern);
  forgetHere(isLike);
  return redisTier.forgetLike(pattern, isLike);
}
