import { beforeEach, describe, expect, it } from 'vitest';
import { forecast } from '../../src/archive/plan';
import { archivedMessageData } from '../../src/archive/personalData';
import { restore } from '../../src/archive/restore';
import { archive } from '../../src/archive/run';
import { commit } from '../../src/platform/commit';
import { storage } from '../../src/platform/storage';
import { exportJob } from '../../src/privacy/exportJob';
import { erase } from '../../src/privacy/erase';
import { exportData } from '../../src/privacy/exportData';
import { retain } from '../../src/privacy/retention';
import { eraseInput } from '../../src/privacy/schema';
import { eraseJob } from '../../src/privacy/eraseJob';
import { runJob, type JobHandler, type JobHandlers } from '../../src/jobs/run';
import { newId } from '../../src/shared/ids';
import type { Member } from '../../src/team/schema';
import { dieAfter } from '../support/dying';
import { storeSomebody, type Somebody } from '../support/personWorld';
import { connectChannel } from '../support/stored';
import { db } from '../../src/platform/firestore';
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

useArchive('archive-people');
const ada: Member = { uid: 'ada', role: 'admin' };
const handlers: JobHandlers = {
  'contacts-erase': () => Promise.resolve(eraseJob as JobHandler),
  'contacts-exportData': () => Promise.resolve(exportJob as JobHandler),
};

let ana: Somebody;
let ben: Somebody;
let theirs: Record<string, object>;
beforeEach(async () => {
  await clearArchive();
  await connectChannel();
  [ana, ben] = await Promise.all([storeSomebody(0), storeSomebody(1)]);
  await storeMessages(messagesOf('2026-02', 3, () => ({ contactId: ana.contactId })));
  await archive('messages', soon(), { days: 60 });
  // All but what waits to be sent.
  expect(Object.keys(await storedMessages())).toEqual(['waiting-0', 'waiting-1']);
  theirs = Object.fromEntries(
    Object.entries(await archivedMessages()).filter(
      ([, data]) => (data as { contactId: string }).contactId === ben.contactId,
    ),
  );
  expect(Object.keys(theirs)).toHaveLength(6);
});

async function done(jobId: string): Promise<{ result: Record<string, unknown> }> {
  await runJob(jobId, handlers);
  const job = (await db().doc(`jobs/${jobId}`).get()).data() as {
    status: string;
    result: Record<string, unknown>;
  };
  expect(job.status).toBe('done');
  return job;
}

const eraseAna = async (): Promise<string> => {
  const { contactId } = ana;
  const input = { jobId: newId(), contactId, confirm: contactId };
  return (await erase(ada, eraseInput.parse(input))).jobId;
};

/** Whether a text of the person is in any file of the archive. */
const traces = async (): Promise<string[]> => {
  const all = JSON.stringify(await archivedMessages());
  return ana.traces.filter((trace) => all.includes(trace));
};

it('the export of a person has their archived messages', async () => {
  const { jobId } = await exportData(ada, { jobId: newId(), contactId: ana.contactId });
  const { result } = await done(jobId);
  expect(result).toMatchObject({ items: { messages: 1, archivedMessages: 9 } });
});

describe('the erasure of a person', () => {
  it('takes them out of every file, and leaves everybody else as they were', async () => {
    expect(await traces()).not.toEqual([]);
    const before = await storage().list('archive');
    const { result } = await done(await eraseAna());
    expect(result).toMatchObject({ erased: { archivedMessages: 9 } });
    expect(await traces()).toEqual([]);
    expect(await archivedMessages()).toEqual(theirs);
    // The files with them are gone, not only replaced in the record.
    const after = await storage().list('archive');
    const inUse = Object.values(await partitions()).flatMap(({ parts }) => parts);
    expect(after.map(({ path }) => path).sort()).toEqual(inUse.map(({ path }) => path).sort());
    expect(after.map(({ path }) => path)).not.toContain(before[0]?.path);
    // The record fits its files: they can be restored.
    expect(await restore('messages', '1970-01')).toMatchObject({ documents: 6, restored: 6 });
    expect(await restore('messages', '2026-02')).toMatchObject({ documents: 0, restored: 0 });
  });

  it('dies after any of its writes and goes on: nothing of them is left', async () => {
    const person = { contactIds: [ana.contactId], aliasIds: [], conversationIds: [] };
    const somebody = { ...person, phones: [], bsuids: [], usernames: [], names: [] };
    let cursor = null as string | null;
    let erased = 0;
    // Each step with its commit, as a job does them, is done once in vain and once again.
    do {
      const step = async (): Promise<void> => {
        const page = await archivedMessageData.erase(somebody, 'anonymous', cursor);
        if (page.writes.length > 0) await commit(page.writes);
        cursor = page.cursor;
        erased += page.erased['archivedMessages'] ?? 0;
      };
      if (await dieAfter(1, step)) await step();
    } while (cursor !== null);
    expect(erased).toBe(9);
    expect(await archivedMessages()).toEqual(theirs);
    expect(await storage().list('archive')).toHaveLength(2);
  });

  it('reaches a copy whose message is still being archived', async () => {
    const late = messagesOf('2026-03', 2, () => ({
      contactId: ana.contactId,
      content: { body: 'confidential' },
    }));
    await storeMessages(late);
    // Begun, written; not checked, not deleted.
    expect(await dieAfter(3, () => archive('messages', soon(), { days: 60 }))).toBe(true);
    expect((await partitions())['messages_2026-03']).toMatchObject({ status: 'written' });
    await done(await eraseAna());
    expect(await traces()).toEqual([]);
    await archive('messages', soon(), { days: 60 });
    expect(await traces()).toEqual([]);
    expect(ben.traces.some((trace) => JSON.stringify(theirs).includes(trace))).toBe(true);
  });
});

describe('retention', () => {
  it('deletes archived months that ended before it, with their files', async () => {
    process.env['RETENTION_DAYS_MESSAGES'] = '3650';
    expect(await retain({ deadline: soon() })).toMatchObject({ archivedMessages: 12 });
    expect(Object.keys(await partitions())).toEqual(['messages_2026-02']);
    expect(await storage().list('archive')).toHaveLength(1);
    expect((await forecast('messages', 60)).documents).toBe(0);
    process.env['RETENTION_DAYS_MESSAGES'] = '0';
  });

  it('that dies after any of its writes is made up for by the next run', async () => {
    process.env['RETENTION_DAYS_MESSAGES'] = '3650';
    const { removeArchived } = await import('../../src/archive/retention');
    const { removeStrays } = await import('../../src/archive/tidy');
    await dieAfter(1, () => removeArchived('messages', Date.UTC(2000), { deadline: soon() }));
    await removeArchived('messages', Date.UTC(2000), { deadline: soon() });
    await removeStrays('messages', Date.now() + 7_200_000);
    expect(Object.keys(await partitions())).toEqual(['messages_2026-02']);
    expect(await storage().list('archive')).toHaveLength(1);
    process.env['RETENTION_DAYS_MESSAGES'] = '0';
  });
});
