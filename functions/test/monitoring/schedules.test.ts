import { beforeEach, expect, it } from 'vitest';
import { scheduled } from '../../src/entry/scheduled';
import { everyMinute } from '../../src/entry/schedules/everyMinute';
import { hourly } from '../../src/entry/schedules/hourly';
import { monitoring } from '../../src/entry/schedules/monitoring';
import type { ScheduleRun } from '../../src/monitoring/schema';
import { now, setClock } from '../../src/platform/clock';
import { db } from '../../src/platform/firestore';
import { newId } from '../../src/shared/ids';
import { useProject } from '../support/project';
import { clearFirestore } from '../support/stored';

useProject('schedules');
beforeEach(clearFirestore);

const options = { schedule: 'every 1 minutes', everyMs: 60_000 };
const run = (schedule: { run: (event: never) => unknown }): Promise<void> =>
  schedule.run({} as never) as Promise<void>;
const recordOf = async (name: string) =>
  (await db().doc(`schedules/${name}`).get()).data() as ScheduleRun | undefined;

it('writes when it ran, how long, and what it cost', async () => {
  const name = newId();
  await run(scheduled(name, options, { read: () => db().doc('users/1').get() }));
  expect(await recordOf(name)).toMatchObject({
    everyMs: 60_000,
    outcome: 'ok',
    error: null,
    failures: 0,
    cost: { reads: 1, writes: 0, deletes: 0 },
  });
  expect((await recordOf(name))?.durationMs).toBeGreaterThanOrEqual(0);
});

it('writes again after five minutes, or when the outcome changes', async () => {
  const name = newId();
  let fails = false;
  const schedule = scheduled(name, options, {
    part: () => (fails ? Promise.reject(new Error('to +34600111222')) : Promise.resolve()),
    other: () => Promise.resolve(),
  });
  const start = now();
  const at = async (minutes: number): Promise<number | undefined> => {
    const restore = setClock(() => start + minutes * 60_000);
    await run(schedule).catch(() => undefined);
    restore();
    return ((await recordOf(name))?.lastRunAt ?? 0) - start;
  };
  expect(await at(0)).toBe(0);
  expect(await at(4)).toBe(0);
  expect(await at(5)).toBe(300_000);
  fails = true;
  expect(await at(6)).toBe(360_000);
  // Which part, and nothing of what its error says.
  expect(await recordOf(name)).toMatchObject({ outcome: 'failed', error: 'failed: part' });
  fails = false;
  expect(await at(7)).toBe(420_000);
  expect(await recordOf(name)).toMatchObject({ outcome: 'ok', failures: 0 });
});

it('one part that fails stops no other', async () => {
  let ran = false;
  const schedule = scheduled(newId(), options, {
    broken: () => Promise.reject(new Error('no')),
    fine: () => Promise.resolve((ran = true)),
  });
  await expect(run(schedule)).rejects.toThrow('failed: broken');
  expect(ran).toBe(true);
});

it('those that are deployed bear running at once: a snooze ends once, a file goes once', async () => {
  await db()
    .doc('conversations/1_c')
    .set({ status: 'snoozed', snoozedUntil: 1, assigneeId: null, participants: [] });
  await db().doc('files/old').set({ expiresAt: 1, path: 'uploads/old' });
  const all = [everyMinute, hourly, monitoring];
  await Promise.all([...all, ...all, ...all].map(run));
  await Promise.all(all.map(run));
  expect((await db().doc('conversations/1_c').get()).get('status')).toBe('open');
  expect((await db().doc('files/old').get()).exists).toBe(false);
  const records = await db().collection('schedules').get();
  expect(records.docs.map((doc) => [doc.id, (doc.data() as ScheduleRun).outcome])).toEqual([
    ['everyMinute', 'ok'],
    ['hourly', 'ok'],
    ['monitoring', 'ok'],
  ]);
});
