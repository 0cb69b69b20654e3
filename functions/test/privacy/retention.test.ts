import { beforeEach, describe, expect, it } from 'vitest';
import { db } from '../../src/platform/firestore';
import type { CleanupLimits } from '../../src/batch/cleanupLimits';
import { retain } from '../../src/privacy/retention';
import { useProject } from '../support/project';
import { clearFirestore } from '../support/stored';

useProject('retention');
const DAY = 24 * 60 * 60_000;
const PARAMETERS = ['MESSAGES', 'CAMPAIGNS', 'LISTS', 'AUDIT', 'DEAD_LETTERS', 'JOBS'];

function setDays(days: number): void {
  for (const name of PARAMETERS) process.env[`RETENTION_DAYS_${name}`] = String(days);
  process.env['DEAD_LETTERS_DAYS'] = String(days);
}

/** A document of each kind that is so many days old, by path. */
function documents(days: number): Record<string, object> {
  const at = Date.now() - days * DAY;
  return {
    [`messages/m${days}`]: { timestamp: at, content: {} },
    [`conversations/c${days}`]: { lastMessageAt: at },
    [`campaigns/p${days}`]: { completedAt: at },
    [`campaigns/p${days}/chunks/0-0`]: { recipients: {} },
    [`campaigns/p${days}/rows/l_0`]: { rows: [] },
    [`auditLog/a${days}`]: { at },
    [`deadLetters/d${days}`]: { createdAt: at },
    [`deadLetters/d${days}/parts/0`]: { raw: '' },
    [`jobs/j${days}`]: { endedAt: at, createdAt: at },
  };
}
const UNENDED = {
  'campaigns/open': { completedAt: null, createdAt: 1 },
  'jobs/open': { endedAt: null, createdAt: 1 },
};

async function store(all: Record<string, object>): Promise<void> {
  const batch = db().batch();
  for (const [path, data] of Object.entries(all)) batch.set(db().doc(path), data);
  await batch.commit();
}
async function left(all: Record<string, object>): Promise<string[]> {
  const found = await db().getAll(...Object.keys(all).map((path) => db().doc(path)));
  return found.filter(({ exists }) => exists).map(({ ref }) => ref.path);
}
const all = { ...documents(5), ...documents(20), ...documents(60), ...UNENDED };

beforeEach(async () => {
  await clearFirestore();
  await store(all);
});
const soon = (): CleanupLimits => ({ deadline: Date.now() + 60_000 });

describe('what is older than the parameters say', () => {
  it('is deleted, with what is below it, and nothing else', async () => {
    setDays(30);
    expect(await retain(soon())).toEqual({
      ...{ erasedIds: 0, messages: 1, archivedMessages: 0, conversations: 1, campaigns: 1 },
      ...{ campaignLists: 0, auditLog: 1, deadLetters: 1, replayedLetters: 0, jobs: 1 },
    });
    const kept = { ...documents(5), ...documents(20), ...UNENDED };
    expect((await left(all)).sort()).toEqual(Object.keys(kept).sort());
    expect(await retain(soon())).toMatchObject({ messages: 0, campaigns: 0 });
  });

  it('is counted by a dry run, which changes nothing', async () => {
    setDays(30);
    const forecast = await retain({ ...soon(), dryRun: true });
    expect((await left(all)).sort()).toEqual(Object.keys(all).sort());
    expect((await db().collection('batchRuns').get()).size).toBe(0);
    // Lists go with their campaigns, or alone.
    expect(await retain(soon())).toEqual({ ...forecast, campaignLists: 0 });
  });

  it('is kept for ever without them', async () => {
    setDays(0);
    expect(await retain(soon())).toEqual({ erasedIds: 0 });
    expect(await left(all)).toHaveLength(Object.keys(all).length);
  });

  it('is kept as long as WhatsApp delivers again, whatever they say', async () => {
    setDays(1);
    await retain(soon());
    expect((await left(all)).sort()).toEqual(
      [...Object.keys(documents(5)), ...Object.keys(UNENDED)].sort(),
    );
  });

  it('waits for the next run when the time is over', async () => {
    setDays(30);
    await retain({ deadline: Date.now() - 1 });
    expect(await left(all)).toHaveLength(Object.keys(all).length);
    await retain(soon());
    expect(await left(documents(60))).toEqual([]);
  });
});

describe('the list of a campaign', () => {
  it('goes some time after its end; the campaign and what became of each recipient stay', async () => {
    setDays(0);
    process.env['RETENTION_DAYS_LISTS'] = '30';
    expect(await retain(soon())).toEqual({ erasedIds: 0, campaignLists: 1 });
    expect((await left(all)).sort()).toEqual(
      Object.keys(all)
        .filter((path) => path !== 'campaigns/p60/rows/l_0')
        .sort(),
    );
    const removedAt = (await db().doc('campaigns/p60').get()).get('listRemovedAt') as number;
    expect(removedAt).toBeGreaterThan(0);

    // The next run finds where it goes on: by what ended since.
    await db()
      .doc('campaigns/p20')
      .update({ completedAt: Date.now() - 40 * DAY });
    expect(await retain(soon())).toEqual({ erasedIds: 0, campaignLists: 1 });
    expect(await retain(soon())).toEqual({ erasedIds: 0, campaignLists: 0 });
    expect((await db().doc('campaigns/p60').get()).get('listRemovedAt')).toBe(removedAt);
  });
});

describe('a dead letter that was replayed', () => {
  it('goes some time after; one that is open stays', async () => {
    setDays(0);
    process.env['DEAD_LETTERS_DAYS'] = '30';
    await db()
      .doc('deadLetters/d60')
      .update({ replayedAt: Date.now() - 40 * DAY });
    await db()
      .doc('deadLetters/d20')
      .update({ replayedAt: Date.now() - 5 * DAY });
    expect(await retain(soon())).toEqual({ erasedIds: 0, replayedLetters: 1 });
    const gone = ['deadLetters/d60', 'deadLetters/d60/parts/0'];
    expect((await left(all)).sort()).toEqual(
      Object.keys(all)
        .filter((path) => !gone.includes(path))
        .sort(),
    );
  });
});
