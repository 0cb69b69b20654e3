import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { batchUpdate } from '../../src/batch/batchUpdate';
import { collection } from '../../src/batch/collection';
import { throwIfFailed } from '../../src/batch/report';
import { readPart } from '../../src/archive/parts';
import type { Partition } from '../../src/archive/schema';
import { db } from '../../src/platform/firestore';
import { storage } from '../../src/platform/storage';
import { useProject } from '../support/project';
import { clearFirestore } from '../support/stored';

/** A project whose files are in a folder of its own. */
export function useArchive(name: string, parameters: Record<string, string> = {}): string {
  const root = mkdtempSync(join(tmpdir(), 'recado-archive-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  useProject(name, { FILE_STORE: pathToFileURL(root).href, ...parameters });
  return root;
}

export const soon = (): number => Date.now() + 60_000;

/** Settled messages of a month, one in ten minutes; `fields` of each by its number. */
export function messagesOf(
  month: string,
  count: number,
  fields: (n: number) => object = () => ({}),
): Record<string, object> {
  const from = Date.parse(`${month}-01T00:00:00Z`);
  const all = Array.from({ length: count }, (_, n) => {
    const message = {
      ...{ direction: 'in', channelId: '1', conversationId: '1_ana', contactId: 'ana' },
      ...{ userId: null, type: 'text', content: { body: `Nº ${n} "ñ"\n` } },
      ...{ timestamp: from + n * 600_000, wamid: `wamid.${n}`, replyTo: null },
      ...{ receivedAt: from + n * 600_000 + 0.5 },
      ...fields(n),
    };
    return [`${month}-${String(n).padStart(5, '0')}`, message] as const;
  });
  return Object.fromEntries(all);
}

export async function storeMessages(all: Record<string, object>): Promise<void> {
  const updates = Object.entries(all).map(([id, data]) => ({ kind: 'set' as const, id, data }));
  throwIfFailed(await batchUpdate(collection<object>('messages'), updates));
}

/** All messages that are stored, by id. */
export async function storedMessages(): Promise<Record<string, object>> {
  const { docs } = await db().collection('messages').get();
  return Object.fromEntries(docs.map((doc) => [doc.id, doc.data()]));
}

/** The records, by id. */
export async function partitions(): Promise<Record<string, Partition>> {
  const { docs } = await db().collection('partition_metadata').where('month', '>', '').get();
  return Object.fromEntries(docs.map((doc) => [doc.id, doc.data() as Partition]));
}

/** All messages in the files of a record, or of all, by id; each file is checked. */
export async function archivedMessages(id?: string): Promise<Record<string, object>> {
  const all = Object.entries(await partitions()).filter(
    ([name]) => id === undefined || name === id,
  );
  const lines = await Promise.all(
    all.flatMap(([, { parts }]) => parts).map((part) => readPart(part)),
  );
  return Object.fromEntries(lines.flat().map((line) => [line.id, line.data]));
}

/** Empties the project and its folder. */
export async function clearArchive(): Promise<void> {
  await clearFirestore();
  for (const { path } of await storage().list('archive')) await storage().remove(path);
}
