import { beforeAll, beforeEach, expect, it } from 'vitest';
import { bringUpToDate } from '../../src/analytics/minute';
import { rebuild } from '../../src/analytics/rebuild';
import { archive } from '../../src/archive/run';
import { restore } from '../../src/archive/restore';
import { db } from '../../src/platform/firestore';
import { makeImpatientTopic, makeRelay } from '../support/relay';
import { waitFor } from '../support/waitFor';
import {
  archivedMessages,
  clearArchive,
  messagesOf,
  soon,
  storeMessages,
  useArchive,
} from './world';

useArchive('archive-figures');
const DAY_MS = 86_400_000;
/** A month that is old enough, within the reach of a rebuild. */
const MONTH = new Date(Date.now() - 100 * DAY_MS).toISOString().slice(0, 7);
const RANGE = { from: Date.parse(`${MONTH}-01`), to: Date.parse(`${MONTH}-01`) + 2 * DAY_MS };
const run = () => archive('messages', soon(), { days: 60 });

beforeAll(() => makeImpatientTopic());
beforeEach(async () => {
  await clearArchive();
  await storeMessages(messagesOf(MONTH, 7));
  await rebuild(RANGE, true);
});

it('figures are recomputed from the files of archived months too', async () => {
  const before = await rebuild(RANGE);
  expect(before.difference).toBe(0);
  expect(before.compared).toBeGreaterThan(0);
  await run();
  expect(Object.keys(await archivedMessages())).toHaveLength(7);
  expect(await rebuild(RANGE)).toEqual(before);
  // A repair takes nothing away.
  expect(await rebuild(RANGE, true)).toEqual(before);
});

it('nothing counts anew when a month is archived, and restored', async () => {
  const relay = makeRelay();
  await relay.pass();
  await run();
  await relay.pass();
  await restore('messages', MONTH);
  await relay.pass();
  // Whoever writes now is counted, so what came before it was, too.
  const at = Date.now();
  const recent = { channelId: '1', type: 'text', userId: null, direction: 'in', timestamp: at };
  await db().doc('messages/recent').set(recent);
  await relay.pass();
  let counted = 0;
  await waitFor('it to be counted', async () => {
    counted += (await bringUpToDate(0)).counted;
    return counted > 0;
  });
  expect(counted).toBe(1);
  expect(await rebuild(RANGE)).toMatchObject({ difference: 0 });
});

it.each(['deleting', 'restoring'])('of a month that is just %s, they are not', async (status) => {
  await run();
  await db().doc(`partition_metadata/messages_${MONTH}`).update({ status });
  await expect(rebuild(RANGE, true)).rejects.toMatchObject({
    code: 'failed-precondition',
    details: { reason: 'archive-moving' },
  });
});
