import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, test } from 'vitest';
import { archive } from '../../src/archive/run';
import type { Partition } from '../../src/archive/schema';
import { removeStrays } from '../../src/archive/tidy';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import type { AppError } from '../../src/shared/errors';
import { dieAfter } from '../support/dying';
import {
  archivedMessages,
  clearArchive,
  messagesOf,
  partitions,
  soon,
  storedMessages,
  storeMessages,
  useArchive,
} from './world';

const root = useArchive('archive-crash');
const run = () => archive('messages', soon(), { days: 60 });
const JANUARY = messagesOf('2026-01', 4);
const ALL = { ...JANUARY, ...messagesOf('2026-02', 2) };
/** More than a run over them has. */
const MAX_WRITES = 40;

beforeEach(clearArchive);

/** Runs that die after their first, second … write, each on the same messages. */
async function eachDeath(after: (n: number) => Promise<void>): Promise<number> {
  for (let n = 1; n < MAX_WRITES; n++) {
    await clearArchive();
    await storeMessages(ALL);
    if (!(await dieAfter(n, run))) return n;
    await after(n);
  }
  throw new Error('it never came to its end');
}

/** Runs until nothing is left to do. */
async function runToTheEnd(): Promise<void> {
  for (let runs = 0; runs < 5; runs++) {
    const { isComplete, archived } = await run();
    if (isComplete && archived.length === 0) return;
  }
  throw new Error('there is always something to do');
}

/** The code and the reason of an error. */
const failureOf = async (work: Promise<unknown>): Promise<unknown[]> =>
  work.then(
    () => [],
    (error: unknown) => {
      const { code, details } = error as AppError;
      return [code, details['reason']];
    },
  );

/** What does not depend on when it ran, and who. */
const lasting = ({ status, count, parts, next, left }: Partition): object => ({
  ...{ status, count, parts: parts.length, next, left },
});

test('a run that dies after any of its writes is made up for by the next: the result is the same', async () => {
  await storeMessages(ALL);
  await run();
  const expected = await partitions();
  const deaths = await eachDeath(async (n) => {
    await run();
    expect(await storedMessages(), `after ${n}`).toEqual({});
    expect(await archivedMessages(), `after ${n}`).toEqual(ALL);
    const found = await partitions();
    expect(Object.keys(found), `after ${n}`).toEqual(Object.keys(expected));
    for (const [id, partition] of Object.entries(found)) {
      expect(lasting(partition), `after ${n}`).toEqual(lasting(expected[id] as Partition));
    }
    await removeStrays('messages', Date.now() + 7_200_000);
    expect(await storage().list('archive'), `after ${n}`).toHaveLength(2);
  });
  expect(deaths).toBeGreaterThan(13);
});

test('a message that changes while it is archived is not lost, whenever that is, and whatever dies', async () => {
  const id = Object.keys(JANUARY)[1] as string;
  const changed = { ...JANUARY[id], readAt: 5 };
  let survivals = 0;
  await eachDeath(async (n) => {
    const isThere = id in (await storedMessages());
    if (isThere) await db().doc(`messages/${id}`).set(changed);
    // And the run that goes on dies, too.
    await dieAfter(1 + (n % 4), run);
    await runToTheEnd();
    expect(await storedMessages(), `after ${n}`).toEqual({});
    const expected = isThere ? { ...ALL, [id]: changed } : ALL;
    expect(await archivedMessages(), `after ${n}`).toEqual(expected);
    const counts = Object.values(await partitions()).map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(6);
    if (isThere) survivals++;
  });
  expect(survivals).toBeGreaterThan(4);
});

/** Stops a run over January when its partition has a status, and gives it. */
async function runUntil(status: Partition['status']): Promise<Partition> {
  for (let n = 1; n < MAX_WRITES; n++) {
    await clearArchive();
    await storeMessages(JANUARY);
    await dieAfter(n, run);
    const [partition] = Object.values(await partitions());
    if (partition?.status === status) return partition;
  }
  throw new Error(`it never was ${status}`);
}

const textIn = (content: Buffer): string => gunzipSync(content).toString('utf8');
const packedText = (text: string): Buffer => gzipSync(text);
const packed = (lines: object[]): Buffer =>
  packedText(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const DAMAGES: [string, (content: Buffer) => Buffer][] = [
  ['torn', (content) => content.subarray(0, content.length - 7)],
  ['empty', () => Buffer.alloc(0)],
  ['garbled', (content) => Buffer.from(content.map((byte, n) => (n === 40 ? byte ^ 1 : byte)))],
  ['a document short', () => packed([{ id: 'a', version: '1.0', data: {} }])],
  ['whole, with another word in it', (content) => packedText(textIn(content).replace('ñ', 'n'))],
  ['of something else', () => packed([{ name: 'a' }])],
];

describe.each(DAMAGES)('a file that is %s', (_, damage) => {
  const damageFile = async ({ parts }: Partition): Promise<Buffer> => {
    const [{ path }] = parts as [Partition['parts'][number]];
    const content = Buffer.concat(
      await (await storage().read(path)).map((piece: Buffer) => piece).toArray(),
    );
    writeFileSync(join(root, path), damage(content));
    return content;
  };

  it('deletes nothing, and is written anew by the next run', async () => {
    await damageFile(await runUntil('written'));
    expect(await failureOf(run())).toEqual(['failed-precondition', 'archive-damaged']);
    expect(await storedMessages()).toEqual(JANUARY);
    await run();
    expect(await storedMessages()).toEqual({});
    expect(await archivedMessages()).toEqual(JANUARY);
  });

  it('deletes nothing where it was whole before, until it is whole again', async () => {
    const partition = await runUntil('deleting');
    const content = await damageFile(partition);
    for (let runs = 0; runs < 2; runs++) {
      expect(await failureOf(run())).toEqual(['failed-precondition', 'archive-damaged']);
      expect(await storedMessages()).toEqual(JANUARY);
    }
    writeFileSync(join(root, partition.parts[0]?.path ?? ''), content);
    await run();
    expect(await storedMessages()).toEqual({});
    expect(await archivedMessages()).toEqual(JANUARY);
  });
});
