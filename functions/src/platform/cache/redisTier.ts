import { randomUUID } from 'node:crypto';
import { log } from '../log';
import { askRedis, hasRedis, RedisRefusal } from '../redis';
import type { Loaded } from './memory';

/**
 * An entry holds while each of its tags still has the id that it had before the entry was loaded.
 * Forgetting a tag deletes it, so it gets another id: an entry that was being loaded meanwhile, or
 * that is written later by somebody slow, has the old one and is not believed. What Redis lost or
 * threw out is missing, and a missing tag makes its entries miss.
 */
interface Stored<V> {
  value: V;
  at: number;
  tagIds: string[];
}

interface Found<V> {
  entry: Loaded<V> | undefined;
  /** Of the tags, in their order, from before the load. */
  tagIds: string[];
}

const entryKey = (path: string): string => `recado:cache:${path}`;
const tagKey = (tag: string): string => `recado:tag:${tag}`;

/** Entries live for minutes; a tag that outlives its entries is thrown out. */
const TAG_SECONDS = 24 * 60 * 60;
/** Larger ones are not worth their way. */
const MAX_CHARACTERS = 256 * 1024;
const MAX_LOST_ID = 64;

/** Looks an entry up with its tags: one command. `undefined`: Redis cannot be asked. */
export async function read<V>(
  path: string,
  tags: readonly string[],
): Promise<Found<V> | undefined> {
  const keys = tags.map(tagKey);
  const answers = await tolerant('cache-get', (redis) =>
    redis.mget<(string | null)[]>(entryKey(path), ...keys),
  );
  if (!answers) return undefined;
  const [text, ...ids] = answers;
  const stored = parsed<V>(text);
  const isHeld =
    stored?.tagIds.length === tags.length &&
    ids.every((id, n) => id !== null && id === stored.tagIds[n]);
  if (stored && isHeld) return { entry: stored, tagIds: stored.tagIds };
  const tagIds = await idsOf(keys, ids);
  return tagIds && { entry: undefined, tagIds };
}

/** The tags' ids; those that have none get one, and the first to give it decides. */
async function idsOf(
  keys: readonly string[],
  known: readonly (string | null | undefined)[],
): Promise<string[] | undefined> {
  const asked = await Promise.all(
    keys.map(async (key, n) => {
      const id = known[n];
      if (typeof id === 'string' && id.length <= MAX_LOST_ID) return id;
      const own = randomUUID();
      const options = { nx: true, get: true, ex: TAG_SECONDS } as const;
      // The answer is the id that was there, or nothing.
      const before = await tolerant('cache-tag', async (redis) => ({
        id: await redis.set(key, own, options),
      }));
      return before && (before.id ?? own);
    }),
  );
  return asked.every((id) => id !== undefined) ? asked : undefined;
}

/** Keeps an entry for so long; what is too large is not kept. */
export async function write<V>(
  path: string,
  { value, at }: Loaded<V>,
  tagIds: string[],
  milliseconds: number,
): Promise<void> {
  const text = JSON.stringify({ value, at, tagIds } satisfies Stored<V>);
  const px = Math.floor(milliseconds);
  if (text.length > MAX_CHARACTERS || px <= 0) return;
  await tolerant('cache-set', (redis) => redis.set(entryKey(path), text, { px }));
}

/** Makes the entries of tags miss. */
export async function forget(tags: readonly string[]): Promise<void> {
  if (tags.length === 0 || !hasRedis()) return;
  await tolerant('cache-forget', (redis) => redis.del(...tags.map(tagKey)));
}

const SCAN_COUNT = 500;

/** The same for tags by a pattern, with how many; it looks at all keys: for rare occasions. */
export async function forgetLike(
  pattern: string,
  isLike: (tag: string) => boolean,
): Promise<number> {
  if (!hasRedis()) return 0;
  // What is special to Redis in a pattern is asked for as any character, and compared here.
  const match = tagKey(pattern.replaceAll(/[?[\]\\]/g, '?'));
  let [cursor, count] = ['0', 0];
  do {
    const page = await tolerant('cache-forget', (redis) =>
      redis.scan(cursor, { match, count: SCAN_COUNT }),
    );
    if (!page) break;
    const [next, keys] = page;
    const tags = keys.map((key) => key.slice(tagKey('').length)).filter(isLike);
    await forget(tags);
    count += tags.length;
    cursor = next;
  } while (cursor !== '0');
  return count;
}

/** A Redis that refuses, for instance because it is full, is as good as none here. */
async function tolerant<T>(
  what: string,
  work: Parameters<typeof askRedis<T>>[1],
): Promise<T | undefined> {
  try {
    return await askRedis(what, work);
  } catch (error) {
    if (!(error instanceof RedisRefusal)) throw error;
    log.debug('Redis refused a command of a cache', { code: error.code });
    return undefined;
  }
}

/** What is stored, if it has the shape; anything may stand there. */
function parsed<V>(text: string | null | undefined): Stored<V> | undefined {
  if (typeof text !== 'string') return undefined;
  try {
    const stored = JSON.parse(text) as Partial<Stored<V>> | null;
    const isEntry =
      typeof stored?.at === 'number' &&
      Array.isArray(stored.tagIds) &&
      typeof stored.value === 'object';
    return isEntry && stored.value !== null ? (stored as Stored<V>) : undefined;
  } catch {
    return undefined;
  }
}
