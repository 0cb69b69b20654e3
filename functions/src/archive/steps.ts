import { now } from '../platform/clock';
import { log } from '../platform/log';
import { storage } from '../platform/storage';
import { AppError } from '../shared/errors';
import { encode } from './lines';
import { readPart, writePart } from './parts';
import { checksumOf, PART_DOCUMENTS, partitionId, sumsOf } from './rules';
import type { Partition } from './schema';
import { SOURCES } from './sources';
import { advance, forget, raiseHorizon, type Held } from './store';

/** What a step came to: documents that were read or deleted, for the bill. */
export interface Stepped {
  held: Held;
  documents: number;
}

const PAGE = 500;
/** A part ends with the page that reaches as much, in characters; so much is in memory. */
const PART_LENGTH = 4_000_000;
/** Documents that a step reads at most, where most are not to be archived. */
const MAX_READ = 10_000;
/** The rest of a month goes into the next partition: a record has to fit a document. */
const MAX_PARTS = 250;

/**
 * Does the next step of a partition: writes a part, checks one, or deletes what is in one. Each ends
 * with a commit that demands the partition as it was, so a step that died is simply done again: the
 * same part, the same check, deletions of what is gone.
 *
 * @throws AppError `failed-precondition` where a part is not as it was written: nothing is deleted,
 *   and the next run writes the partition anew, if it had not begun to delete
 * @throws TakenOver where another run was faster
 */
export function step(held: Held, runner: string): Promise<Stepped> {
  switch (held.partition.status) {
    case 'writing':
      return write(held, runner);
    case 'written':
      return verify(held, runner);
    case 'verified':
      return begin(held, runner);
    default:
      return remove(held, runner);
  }
}

async function write(held: Held, runner: string): Promise<Stepped> {
  const { partition } = held;
  const { lines, read, cursor } = await gather(partition);
  const added = lines.length > 0 ? [await writePart(partition, partition.parts.length, lines)] : [];
  const parts = [...partition.parts, ...added];
  const isWhole = cursor === null || parts.length >= MAX_PARTS;
  const next = await advance(held, {
    ...{ runner, parts, cursor, ...sumsOf(parts) },
    ...(isWhole ? { status: 'written', checksum: checksumOf(parts) } : {}),
  });
  return { held: next, documents: read };
}

/** The lines of the next part. What is still to be worked on is passed over. */
async function gather(
  partition: Partition,
): Promise<{ lines: string[]; read: number; cursor: string | null }> {
  const source = SOURCES[partition.collection];
  const lines: string[] = [];
  let { cursor } = partition;
  let read = 0;
  let length = 0;
  // eslint-disable-next-line recado/no-firestore-in-loops -- a page after the other
  do {
    const page = await source.page(partition, { cursor, limit: PAGE });
    for (const item of page.items) {
      const line = item.isOver ? encode(item) : undefined;
      if (line === undefined) continue;
      lines.push(line);
      length += line.length;
    }
    read += page.items.length;
    ({ cursor } = page);
  } while (
    cursor !== null &&
    lines.length < PART_DOCUMENTS &&
    length < PART_LENGTH &&
    read < MAX_READ
  );
  return { lines, read, cursor };
}

async function verify(held: Held, runner: string): Promise<Stepped> {
  const { parts, next } = held.partition;
  const part = parts[next];
  try {
    if (part) await readPart(part);
  } catch (error) {
    // All of it is still where it came from.
    if (error instanceof AppError) await forget(held);
    throw error;
  }
  const isThrough = next + 1 >= parts.length;
  const fields = isThrough ? { status: 'verified' as const, next: 0 } : { next: next + 1 };
  return { held: await advance(held, { runner, ...fields }), documents: 0 };
}

/** From here on documents may be missing, and threads say so. */
async function begin(held: Held, runner: string): Promise<Stepped> {
  const { collection, to } = held.partition;
  const horizon = raiseHorizon(collection, to);
  return {
    held: await advance(held, { runner, status: 'deleting' }, [horizon]),
    documents: 0,
  };
}

/** Deletes what is in a part, as it is in there. What has changed stays, and leaves the part. */
async function remove(held: Held, runner: string): Promise<Stepped> {
  const { partition } = held;
  const { collection, next } = partition;
  const part = partition.parts[next];
  const isThrough = next + 1 >= partition.parts.length;
  const fields: Partial<Partition> = {
    next: next + 1,
    ...(isThrough ? { status: 'archived', archivedAt: now() } : {}),
  };
  if (!part) return { held: await advance(held, { runner, ...fields }), documents: 0 };

  const lines = await readPart(part);
  const left = new Set(await SOURCES[collection].remove(lines));
  if (left.size === 0) {
    return { held: await advance(held, { runner, ...fields }), documents: lines.length };
  }
  log.info('documents changed while they were archived; they stay for the next partition', {
    ...{ partition: partitionId(partition), left: left.size },
  });
  const kept = lines.filter(({ id }) => !left.has(id)).flatMap((line) => encode(line) ?? []);
  const smaller = await writePart(partition, next, kept);
  await readPart(smaller);
  const parts = partition.parts.with(next, smaller);
  const moved = await advance(held, {
    ...{ runner, parts, ...sumsOf(parts), checksum: checksumOf(parts) },
    left: partition.left + left.size,
    ...fields,
  });
  // What is in no partition any more is a copy of what has its own life now.
  await storage().remove(part.path);
  return { held: moved, documents: lines.length };
}
