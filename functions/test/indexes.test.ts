import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AggregateField, FieldPath, Filter, type Query } from '@google-cloud/firestore';
import { expect, test } from 'vitest';
import { checkIndexes } from '../../scripts/indexes/check';
import { describeShape } from '../../scripts/indexes/describe';
import { parseLine, readLogs } from '../../scripts/indexes/queryLog';
import { shapesOf } from '../../scripts/indexes/shape';
import type { SentQuery } from '../../scripts/indexes/types';
import { archivedUntil } from '../src/archive/rules';
import { archive } from '../src/archive/run';
import { forecast } from '../src/archive/plan';
import { removeOldMetrics } from '../src/analytics/remove';
import { factsOfSource } from '../src/analytics/source';
import { readDueMinutes, readOpenMinutes } from '../src/analytics/store';
import { batchQuery } from '../src/batch/batchQuery';
import { toCursor } from '../src/batch/cursor';
import { channelIds } from '../src/channels/read';
import { readChannels } from '../src/channels/store';
import { tellChanges } from '../src/campaigns/outbox';
import { totalsOf } from '../src/campaigns/progress';
import {
  chunksWith,
  nextChunkDueAt,
  readDueChunks,
  readOpenCampaigns,
  runningCampaigns,
} from '../src/campaigns/store';
import { blockedSince } from '../src/contacts/block';
import { findDuplicates } from '../src/contacts/duplicates';
import { aliasesLeadingTo } from '../src/contacts/merging';
import { listContacts } from '../src/contacts/list';
import { refusedSince } from '../src/contacts/lookUp';
import { listContactsInput } from '../src/contacts/schema';
import { countSegment, listSegments } from '../src/contacts/segments';
import { markConversationsBlocked } from '../src/conversations/block';
import { conversationsOf } from '../src/conversations/merging';
import { inboundSince } from '../src/conversations/lastSeen';
import { wakeSnoozed } from '../src/conversations/snoozes';
import { countOpenDeadLetters } from '../src/deadLetters/count';
import { removeOldMerges } from '../src/merges/purge';
import { countMessages, countMoved, moveBack, moveMessages } from '../src/messages/merging';
import { listDeadLetters } from '../src/deadLetters/list';
import { removeExpiredFiles } from '../src/files/remove';
import { listJobs } from '../src/jobs/look';
import { resumeJobs } from '../src/jobs/upkeep';
import { cancelWaiting } from '../src/messages/blockContact';
import { countDueJobs } from '../src/jobs/backlog';
import { countExpiringMedia, countOverdue } from '../src/messages/backlog';
import { findByWamids } from '../src/messages/byWamid';
import { processDue, releaseHeld } from '../src/messages/due';
import { queueOf } from '../src/messages/queue';
import { messagePage } from '../src/messages/thread';
import { readActiveAlerts, readFlushes, readSchedules } from '../src/monitoring/store';
import { inTransaction } from '../src/platform/commit';
import { atOneMoment, db } from '../src/platform/firestore';
import { onFirestoreOperation } from '../src/platform/meter';
import { PHASES, SECTIONS, wholePerson } from '../src/privacy/holdings';
import { retain } from '../src/privacy/retention';
import { readActiveAdmins } from '../src/team/store';
import { templates } from '../src/templates/store';
import { useProject } from './support/project';

const log = join(mkdtempSync(join(tmpdir(), 'recado-')), 'queries-test.jsonl');
useProject('indexes', { RECADO_QUERY_LOG: log });

test("the domains' queries and the apps' are served by the declared indexes, and use them all", async () => {
  await processDue();
  await releaseHeld('1');
  await findByWamids(['a', 'b']);
  await wakeSnoozed();
  await listDeadLetters({ status: 'open', limit: 10 });
  const cursor = toCursor({ values: [1], id: 'a' });
  await listDeadLetters({ status: 'open', limit: 10, cursor });
  await readChannels();
  await batchQuery(templates, [{ where: [] }]);
  await inTransaction((transaction) => readActiveAdmins(transaction));
  await runningCampaigns('1');
  await readOpenCampaigns();
  await readDueChunks('campaign', 1, 2);
  await nextChunkDueAt('campaign');
  await chunksWith('contact', 1);
  await totalsOf('campaign');
  await refusedSince('marketing', 1);
  await blockedSince(1);
  const lead = { uid: 'lead1', role: 'supervisor' } as const;
  const agent = { uid: 'agent1', role: 'agent' } as const;
  const all = {
    userId: 'a',
    isActive: true,
    isBlocked: false,
    allTags: ['x', 'y'],
    anyTag: ['z'],
    attributes: { city: ['Madrid', 'Porto'], points: [5] },
  };
  for (const filter of [{}, { isActive: true }, { userId: 'a', anyTag: ['x'] }, all]) {
    await listContacts(lead, listContactsInput.parse({ filter }));
    await countSegment({ filter });
  }
  await listContacts(agent, listContactsInput.parse({}));
  await listContacts(
    agent,
    listContactsInput.parse({ text: 'ana garcía', filter: { ...all, userId: undefined } }),
  );
  await listContacts(agent, listContactsInput.parse({ text: '+34 600' }));
  await listSegments({ limit: 10 });
  await markConversationsBlocked('contact', true);
  await cancelWaiting('contact');
  await findDuplicates({ limit: 10 });
  await aliasesLeadingTo('contact');
  await conversationsOf('contact');
  await countMessages('contact');
  await countMoved('merge');
  await moveMessages('merge', 'contact', 'other');
  await moveBack('merge', 'other', 'contact');
  await removeOldMerges();
  await inboundSince('1', 1);
  await messagePage('1_contact', 1, 2);
  for (const kind of [undefined, 'contacts-import'] as const) {
    await listJobs({ uid: '1', role: 'agent' }, { kind, limit: 10 });
    await listJobs({ uid: '1', role: 'admin' }, { kind, limit: 10 });
  }
  await resumeJobs();
  await removeExpiredFiles(Number.POSITIVE_INFINITY);
  await countOpenDeadLetters();
  await countDueJobs();
  await countOverdue();
  await countExpiringMedia();
  await readFlushes();
  await readActiveAlerts();
  await readSchedules();
  const person = { contactIds: ['1'], aliasIds: [], conversationIds: [], phones: [], bsuids: [] };
  const somebody = { ...person, usernames: [], names: [] };
  for (const section of SECTIONS) await section.page(somebody, null);
  for (const phase of PHASES) await phase.erase(somebody, '2', null);
  await db().doc('contacts/1').set({});
  await wholePerson('1');
  for (const name of ['MESSAGES', 'CAMPAIGNS', 'LISTS', 'AUDIT', 'DEAD_LETTERS', 'JOBS']) {
    process.env[`RETENTION_DAYS_${name}`] = '30';
  }
  await retain({ deadline: Number.POSITIVE_INFINITY });
  await archive('messages', Number.POSITIVE_INFINITY, { days: 60 });
  const timestamp = archivedUntil(60, Date.now()) - 1;
  await db().doc('messages/old').set({ direction: 'note', timestamp });
  await forecast('messages', 60);
  await db().doc('messages/old').delete();
  await queueOf('1');
  await channelIds(2, null);
  await readDueMinutes(1, 2);
  await atOneMoment((transaction) => readOpenMinutes(2, transaction));
  await tellChanges(() => Promise.resolve());
  await removeOldMetrics();
  for await (const facts of factsOfSource(1, 2)) expect(facts).toEqual([]);

  const said: string[] = [];
  const ok = await checkIndexes([log], (text) => said.push(text));
  expect(ok, said.join('\n')).toBe(true);

  const logged: SentQuery[] = [];
  expect(await readLogs([log], (query) => logged.push(query))).toBe(0);
  expect(logged).toHaveLength(118);
});

const messages = () => db().collection('messages');

test.each<[string, () => { get(): Promise<unknown> }, string[]]>([
  ['a collection', () => messages(), ['messages']],
  ['a comparison with null', () => messages().where('a', '==', null), ['messages where a ==']],
  [
    'equality, a list, an order',
    () => messages().where('a', '==', 1).where('b', 'in', [1, 2]).orderBy('c', 'desc').limit(3),
    ['messages where a ==, b == by c ↓'],
  ],
  ['the end of an order', () => messages().orderBy('c').limitToLast(2), ['messages by c ↓']],
  [
    'a cursor',
    () => messages().where('a', '==', 1).orderBy('c').startAfter(5),
    ['messages where a == by c ↑'],
  ],
  [
    'several inequalities',
    () => messages().where('b', '>', 2).where('a', '!=', 1),
    ['messages by a ↑, b ↑'],
  ],
  [
    'alternatives',
    () =>
      messages().where(
        Filter.or(Filter.where('a', '==', 1), Filter.where('b', 'array-contains', 1)),
      ),
    ['messages where a ==', 'messages where b contains'],
  ],
  ['ids from one on', () => messages().where(FieldPath.documentId(), '>=', 'm'), ['messages']],
  [
    'a collection group',
    () => db().collectionGroup('parts').where('raw', '==', 1),
    ['all parts where raw =='],
  ],
  [
    'a collection under a document',
    () => db().collection('campaigns/1/chunks').orderBy('n'),
    ['chunks by n ↑'],
  ],
  ['a count', () => messages().where('a', '>', 1).count(), ['messages by a ↑']],
])('the shape of %s, as the client library sends it', async (_, build, expected) => {
  const sent: string[] = [];
  const stop = onFirestoreOperation(({ query }) => {
    if (query) sent.push(JSON.stringify(query));
  });
  await build().get();
  stop();

  const query = parseLine(sent[0] ?? '');
  expect(query && shapesOf(query).map(describeShape)).toEqual(expected);
});

test('the shape of a sum names what is summed up', () => {
  const query = messages().where('a', '==', 1) as Query & { toProto(): object };
  const sum = query.aggregate({ total: AggregateField.sum('b') }) as unknown as {
    toProto(): { structuredAggregationQuery: object };
  };

  const sent = parseLine(JSON.stringify(sum.toProto().structuredAggregationQuery));
  expect(sent && shapesOf(sent).map(describeShape)).toEqual(['messages where a == by b ↑']);
});
