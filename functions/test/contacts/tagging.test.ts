import { beforeAll, describe, expect, it } from 'vitest';
import { tagContactsInput } from '../../src/contacts/schema';
import { searchFields } from '../../src/contacts/search';
import { tagContacts } from '../../src/contacts/tag';
import { tagJob } from '../../src/contacts/tagJob';
import { runJob } from '../../src/jobs/run';
import { db } from '../../src/platform/firestore';
import { CRASHES, installFaults, type Faults } from '../batch/faults';
import { codeOf, storeTeam } from '../support/calling';
import { storeContacts } from '../support/campaigns';
import { AGENT, contactAt, deeds, jobAt, LEAD, listed, made, runAgain } from '../support/contacts';
import { billOf } from '../support/meter';
import { useProject } from '../support/project';
import { makeQueue } from '../support/queues';

useProject('contacts-tag');

const HANDLERS = { 'contacts-tag': () => Promise.resolve(tagJob) };
let faults: Faults;
beforeAll(async () => {
  // Its tasks go nowhere: each run is started here.
  await makeQueue('jobs-run', 'http://127.0.0.1:9');
  await storeTeam();
  faults = installFaults();
});

const tag = (input: object, member = LEAD) => tagContacts(member, tagContactsInput.parse(input));
const countOf = async (name: string) =>
  (await db().collection('contacts').where('tags', 'array-contains', name).count().get()).data()
    .count;

describe('by id', () => {
  it('tags 200 in one commit; again it does nothing', async () => {
    const contactIds = await storeContacts(200, () => ({ tags: ['old', 'kept'] }), 20_000);
    const input = { contactIds, add: ['fresh'], remove: ['old'] };
    expect(await billOf(() => tag(input))).toMatchObject({ reads: 200, writes: 401 });
    expect(await tag(input)).toEqual({ changed: 0, unchanged: 200, missing: 0 });
    const contact = await contactAt(contactIds[7] as string);
    expect(contact.tags.sort()).toEqual(['fresh', 'kept']);
    expect(contact.search).toEqual(searchFields(contact));
    expect(await listed({ filter: { allTags: ['kept', 'fresh'] } })).toHaveLength(200);
    expect((await deeds('contacts'))['contacts.tag']).toBe(1);
  });

  it('agents tag their own; others are not there for them', async () => {
    const own = await made({ phone: '+34633000001' }, AGENT);
    const other = await made({ phone: '+34633000002' });
    const contactIds = [own, other, '0'.repeat(40)];
    expect(await tag({ contactIds, add: ['mine'] }, AGENT)).toEqual({
      ...{ changed: 1, unchanged: 0, missing: 2 },
    });
    expect((await contactAt(other)).tags).toEqual([]);
    const all = tag({ jobId: 'agents-job', filter: {}, add: ['mine'] }, AGENT);
    expect(await codeOf(all)).toBe('permission-denied');
  });
});

describe('by a filter', () => {
  it.each(CRASHES)(
    '5,000 are tagged once each, whatever died in the middle (%s)',
    async (crash) => {
      const name = `crowd-${crash}`;
      const fresh = `fresh-${crash}`;
      const first = crash === 'crash-before' ? 30_000 : 40_000;
      await storeContacts(5_000, (n) => ({ tags: n % 5 === 0 ? [name, fresh] : [name] }), first);
      const jobId = `tagging-${crash}`;
      // The query's own tag goes, so that a page that is read again has others in it.
      await tag({ jobId, filter: { anyTag: [name] }, add: [fresh], remove: [name] });
      let large = 0;
      faults.plan((_n, _method, writes) => (writes > 100 && ++large === 5 ? crash : undefined));
      await runJob(jobId, HANDLERS).catch(() => undefined);
      faults.end();
      expect(await jobAt(jobId)).toMatchObject({ status: 'running' });
      expect(await countOf(name)).toBe(crash === 'crash-before' ? 3_000 : 2_500);

      await runAgain(jobId, HANDLERS);
      expect(await jobAt(jobId)).toMatchObject({
        status: 'done',
        progress: { done: 5_000, total: 5_000 },
        result: { changed: 5_000, unchanged: 0 },
      });
      expect(await countOf(name)).toBe(0);
      expect(await countOf(fresh)).toBe(5_000);
      expect(await listed({ filter: { allTags: [fresh, 'x'] } })).toEqual([]);
    },
  );

  it('is the same job when it is asked for again, and refuses what a segment cannot name', async () => {
    const input = { jobId: 'again-and-again', filter: { anyTag: ['none'] }, add: ['x'] };
    expect(await tag(input)).toEqual(await tag(input));
    expect(await codeOf(tag({ ...input, add: ['y'] }))).toBe('already-exists');
    expect(await codeOf(tag({ jobId: 'no-segment-1', segmentId: 'none-here', add: ['x'] }))).toBe(
      'not-found',
    );
    expect(await codeOf(tag({ jobId: 'last-seen-1', filter: { seenSince: 1 }, add: ['x'] }))).toBe(
      'invalid-argument',
    );
    await runJob('again-and-again', HANDLERS);
    expect(await jobAt('again-and-again')).toMatchObject({
      status: 'done',
      result: { changed: 0, unchanged: 0 },
    });
  });
});
